//! Which entries of an archive hold the sections of a package.

use dumpus_domain::layout::Layout;

const MODERN: [&str; 9] = [
    "Compte/user.json",
    "Compte/user_data_exports/discord_billing/payments.json",
    "Activité/analytics/events-2024-00000-of-00001.json",
    "Activité/Activities_1/users/user.json",
    "Messages/index.json",
    "Messages/c123456789012345678/channel.json",
    "Messages/c123456789012345678/messages.json",
    "Serveurs/index.json",
    "Serveurs/223456789012345678/guild.json",
];

fn locate(names: &[impl AsRef<str>]) -> Layout {
    Layout::locate(names.iter().enumerate().map(|(entry, name)| (entry, name.as_ref())))
}

#[test]
fn a_localised_package_is_found_by_shape() {
    let layout = locate(&MODERN);
    assert_eq!(layout.profiles, [0]);
    assert_eq!(layout.payments, Some(1));
    assert_eq!(layout.events, [2]);
    assert_eq!((layout.messages_index, layout.servers_index), (Some(4), Some(7)));
    assert_eq!(layout.guilds, [("223456789012345678".to_owned(), 8)]);
    assert_eq!(layout.channels.len(), 1);
    assert_eq!(layout.channels[0].messages_json, Some(6));
}

#[test]
fn wrapping_and_backslashes_change_nothing() {
    let wrapped: Vec<_> = MODERN
        .iter()
        .map(|name| format!("package\\{}", name.replace('/', "\\")))
        .collect();
    assert_eq!(locate(&wrapped), locate(&MODERN));
    let with_junk = MODERN.iter().map(|name| format!("package/{name}"));
    let junk = MODERN.iter().map(|name| format!("__MACOSX/package/{name}"));
    assert_eq!(locate(&with_junk.chain(junk).collect::<Vec<_>>()), locate(&MODERN));
}

#[test]
fn a_wrapped_account_alone_is_found() {
    assert_eq!(locate(&["package/README.txt", "package/Konto/user.json"]).profiles, [1]);
}

#[test]
fn a_messages_index_is_never_taken_for_the_servers() {
    let layout = locate(&["Nachrichten/index.json", "Nachrichten/c123456789012345678/channel.json"]);
    assert_eq!((layout.messages_index, layout.servers_index), (Some(0), None));
    assert!(!layout.has_servers());
    let unknown = locate(&["Nachrichten/index.json", "Konto/user.json"]);
    assert_eq!((unknown.messages_index, unknown.servers_index), (None, None));
}

#[test]
fn a_lone_second_index_belongs_to_the_other_section() {
    let layout = locate(&[
        "Server/index.json",
        "Nachrichten/index.json",
        "Nachrichten/c123456789012345678/channel.json",
    ]);
    assert_eq!((layout.messages_index, layout.servers_index), (Some(1), Some(0)));
}

#[test]
fn one_folder_may_hold_two_sections() {
    let layout = locate(&[
        "アクティビティ/tns/events-2025-00001-of-00002.json",
        "アクティビティ/Activities_1/poker/poker.json",
        "アクティビティ/tns/events-2025-00000-of-00002.json",
    ]);
    assert_eq!(layout.events, [2, 0]);
}

#[test]
fn event_files_may_have_any_name() {
    let layout = locate(&[
        "Activity/tns/events.json",
        "Activity/tns/events-00001.json",
        "Activity/analytics/all.json",
        "Activity/analytics/notes.txt",
        "Activity/analytics/older/events.json",
        "Activity/elsewhere/events.json",
    ]);
    assert_eq!(layout.events, [2, 1, 0]);
}

#[test]
fn of_two_entries_with_one_path_the_last_is_used() {
    assert_eq!(locate(&["Account/user.json", "Account\\user.json"]).profiles, [1]);
}
