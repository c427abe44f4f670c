//! Whatever the bytes: no reader panics, and every entry is accounted for.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ringback_tickets::{ReadTickets, TicketMapping, TicketSystem};

use crate::look_alikes::{exports, folder, settings};

fn mapping() -> TicketMapping {
    let path = folder("sap").join("mapping.toml");
    TicketMapping::from_toml(&std::fs::read_to_string(&path).unwrap(), &path).unwrap()
}

const FOLDERS: [(TicketSystem, &str); 8] = [
    (TicketSystem::ServiceNow, "servicenow"),
    (TicketSystem::Jira, "jira"),
    (TicketSystem::Zendesk, "zendesk"),
    (TicketSystem::Dynamics, "dynamics"),
    (TicketSystem::Salesforce, "salesforce"),
    (TicketSystem::HubSpot, "hubspot"),
    (TicketSystem::Mail, "mail"),
    (TicketSystem::Mapped, "sap"),
];

fn adds_up(read: &ReadTickets) {
    let it = read.entries;
    let sum = it.used + it.passed_over + it.duplicates + read.events.rejected.len();
    assert_eq!(it.read, sum);
    assert_eq!(read.events.events_read, read.events.log.events() + read.events.rejected.len());
}

fn read_bytes(system: TicketSystem, bytes: &[u8], beside: &[PathBuf]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    std::fs::write(&path, bytes).unwrap();
    let mut paths = vec![path];
    paths.extend_from_slice(beside);
    if let Ok(read) = system.read(&paths, settings(), Some(mapping())) {
        adds_up(&read);
    }
}

fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), system in 0_usize..8) {
        read_bytes(FOLDERS[system].0, &bytes, &[]);
    }

    #[test]
    fn an_export_that_is_cut_or_has_a_byte_changed_never_panics(
        system in 0_usize..8,
        file in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let (system, name) = FOLDERS[system];
        let mut files = exports(name);
        let changed = files.remove(file.index(files.len()));
        let mut bytes = bytes_of(&changed);
        let place = place.index(bytes.len());
        if cut { bytes.truncate(place) } else { bytes[place] = byte }
        read_bytes(system, &bytes, &files);
    }

    #[test]
    fn the_order_of_files_does_not_matter(system in 0_usize..8, seed in any::<u64>()) {
        let (system, name) = FOLDERS[system];
        let mut files = exports(name);
        let len = files.len();
        files.rotate_left(usize::try_from(seed % len as u64).unwrap());
        let read = system.read(&files, settings(), Some(mapping())).unwrap();
        let usual = system.read(&exports(name), settings(), Some(mapping())).unwrap();
        adds_up(&read);
        let sorted = |read: &ReadTickets| {
            let text = crate::look_alikes::rendered(read);
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(sorted(&read), sorted(&usual));
    }
}
