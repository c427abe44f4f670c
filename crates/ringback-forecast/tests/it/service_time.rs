//! Service times of January against scipy, and fits to planted distributions.

use ringback_forecast::{Error, ServiceDistribution, ServiceTimes, service_secs};

use crate::patience::JANUARY;

fn near(actual: f64, expected: f64, tolerance: f64) {
    let error = (actual / expected - 1.0).abs();
    assert!(error < tolerance, "{actual}, expected {expected}");
}

/// Expected values by scipy 1.x: `gamma.fit`, `lognorm`, `expon` with location 0, and `kstest`.
#[test]
fn january_is_that_of_scipy() {
    let secs = service_secs(&JANUARY, None);
    let times = ServiceTimes::fit(&secs).unwrap();
    near(times.mean_secs, 185.349_064_704_723_47, 1e-9);
    near(times.short_share, 0.049_620_288_264_197_44, 2e-3);
    near(times.long_mean_secs, 194.752_494_696_314_93, 1e-9);
    near(times.coefficient_of_variation, 1.192_684_970_116_043, 1e-9);
    let names: Vec<&str> = times.fits.iter().map(|it| it.distribution.name()).collect();
    assert_eq!(names, ["lognormal", "gamma", "exponential"]);
    let expected = [
        (-156_998.126_090_991_78, 0.021_310_152_468_755_506),
        (-159_160.277_256_997_6, 0.085_905_045_903_721_17),
        (-159_640.602_550_610_06, 0.097_371_602_043_723_01),
    ];
    for (fit, (log_likelihood, ks_distance)) in times.fits.iter().zip(expected) {
        near(fit.log_likelihood, log_likelihood, 1e-9);
        near(fit.ks_distance, ks_distance, 1e-6);
    }
    let ServiceDistribution::LogNormal { log_mean, log_sd } = times.fits[0].distribution else {
        panic!("the best fit is {:?}", times.fits[0]);
    };
    near(log_mean, 4.837_092_919_574_141_4, 1e-9);
    near(log_sd, 0.915_654_876_070_491_8, 1e-9);
    let ServiceDistribution::Gamma { shape, scale_secs } = times.fits[1].distribution else {
        panic!("the second fit is {:?}", times.fits[1]);
    };
    near(shape, 1.291_617_081_951_745_7, 1e-5);
    near(scale_secs, 150.781_913_167_350_6, 1e-5);
}

/// Distribution functions against 15 digits of mpmath.
#[test]
fn distribution_functions_are_exact() {
    let gamma = |shape| ServiceDistribution::Gamma { shape, scale_secs: 1.0 };
    for (shape, z, expected) in [
        (0.5, 0.3, 0.561_421_973_919_000_1),
        (3.7, 2.2, 0.229_767_308_796_443_2),
        (50.0, 60.0, 0.915_593_318_906_308_2),
        (2_000.0, 1_900.0, 0.011_695_820_381_150_113),
    ] {
        near(gamma(shape).cdf(z), expected, 1e-12);
    }
    let normal = ServiceDistribution::LogNormal { log_mean: 0.0, log_sd: 1.0 };
    for (x, expected) in [
        (-8.0, 6.220_960_574_271_784e-16),
        (-2.5, 0.006_209_665_325_776_135),
        (-0.3, 0.382_088_577_811_047_3),
        (1.0, 0.841_344_746_068_542_9),
    ] {
        near(normal.cdf(f64::exp(x)), expected, 1e-12);
    }
}

#[test]
fn too_few_services_are_an_error() {
    for secs in [&[][..], &[5.0, 8.0], &[60.0, 60.0]] {
        let error = ServiceTimes::fit(secs).unwrap_err();
        assert!(matches!(error, Error::TooFewObservations { needed: 2, .. }), "{error}");
    }
    let text = ServiceTimes::fit(&[60.0, -1.0]).unwrap_err().to_string();
    assert_eq!(text, "service_secs is -1, expected 0 to 1e9 seconds");
}
