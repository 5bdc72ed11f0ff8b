//! Names of folders and entries.

use crate::{
    quirk::Quirk,
    spec::{Folder, Generation, Language, PackageSpec},
};

/// The top-level folders of a package, and the spelling of its paths.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    wrapper: &'static str,
    backslashes: bool,
    pub(crate) account: String,
    pub(crate) activity: String,
    pub(crate) activities: String,
    pub(crate) ads: String,
    pub(crate) messages: String,
    pub(crate) servers: String,
    pub(crate) support: String,
    channel_prefix: &'static str,
    year: i64,
    shards: u32,
    other_event_names: bool,
}

impl Layout {
    pub(crate) fn new(spec: &PackageSpec) -> Self {
        let [account, activity, activities, ads, messages, servers, support] = names(spec.generation, spec.language)
            .map(|name| {
                if spec.has(Quirk::DecomposedNames) {
                    decomposed(name)
                } else {
                    name.to_owned()
                }
            });
        Self {
            wrapper: if spec.has(Quirk::WrapperFolder) { "package/" } else { "" },
            backslashes: spec.has(Quirk::Backslashes),
            account,
            activity,
            activities,
            ads,
            messages,
            servers,
            support,
            channel_prefix: if spec.generation == Generation::Y2018 { "" } else { "c" },
            year: crate::calendar::date(spec.made_on).0,
            shards: spec.shards,
            other_event_names: spec.has(Quirk::EventFileNames),
        }
    }

    /// The entry name of a path relative to the root of the package.
    pub(crate) fn entry(&self, path: &str) -> String {
        self.spelled(&format!("{}{path}", self.wrapper))
    }

    /// The entry name of a path outside of the wrapping folder.
    pub(crate) fn spelled(&self, path: &str) -> String {
        if self.backslashes {
            path.replace('/', "\\")
        } else {
            path.to_owned()
        }
    }

    pub(crate) const fn wrapper(&self) -> &'static str {
        self.wrapper
    }

    pub(crate) fn channel(&self, id: u64) -> String {
        format!("{}/{}{id}", self.messages, self.channel_prefix)
    }

    pub(crate) fn events(&self, folder: Folder, shard: u32) -> String {
        let shards = self.shards.max(shard + 1);
        let (root, year, folder) = (&self.activity, self.year, folder.name());
        if self.other_event_names {
            // In order of the shards.
            return match shard {
                0 => format!("{root}/{folder}/all.json"),
                1 => format!("{root}/{folder}/events.json"),
                _ => format!("{root}/{folder}/events_{shard:05}.json"),
            };
        }
        format!("{root}/{folder}/events-{year}-{shard:05}-of-{shards:05}.json")
    }
}

fn names(generation: Generation, language: Language) -> [&'static str; 7] {
    if generation < Generation::Y2025 {
        return [
            "account",
            "activity",
            "activities",
            "ads",
            "messages",
            "servers",
            "support_tickets",
        ];
    }
    match language {
        Language::English => [
            "Account",
            "Activity",
            "Activities",
            "Ads",
            "Messages",
            "Servers",
            "Support_Tickets",
        ],
        Language::French => [
            "Compte",
            "Activité",
            "Activités",
            "Publicités",
            "Messages",
            "Serveurs",
            "Demandes de support",
        ],
        Language::German => [
            "Account",
            "Aktivität",
            "Aktivitäten",
            "Werbung",
            "Nachrichten",
            "Server",
            "Support-Tickets",
        ],
        Language::Spanish => [
            "Cuenta",
            "Actividad",
            "Actividades",
            "Anuncios",
            "Mensajes",
            "Servidores",
            "Tickets_soporte",
        ],
        Language::Japanese => [
            "アカウント",
            "アクティビティ",
            "アクティビティ",
            "広告",
            "メッセージ",
            "サーバー",
            "サポート_チケット",
        ],
        Language::Polish => [
            "Konto",
            "Aktywność",
            "Aktywności",
            "Reklamy",
            "Wiadomości",
            "Serwery",
            "Zgłoszenia",
        ],
        Language::Portuguese => [
            "Conta",
            "Atividade",
            "Atividades",
            "Anúncios",
            "Mensagens",
            "Servidores",
            "Tickets de suporte",
        ],
        Language::Invented => [
            "Ŝlosilo",
            "Farado",
            "Faradoj",
            "Reklamoj",
            "Mesaĝoj ĉiuj",
            "Gildejo",
            "Helpo",
        ],
    }
}

/// NFD of the letters that the names above use.
fn decomposed(name: &str) -> String {
    let mut spelled = String::new();
    for letter in name.chars() {
        let parts = match letter {
            'é' => "e\u{301}",
            'ä' => "a\u{308}",
            'ú' => "u\u{301}",
            'ś' => "s\u{301}",
            'ć' => "c\u{301}",
            'Ŝ' => "S\u{302}",
            'ĝ' => "g\u{302}",
            'ĉ' => "c\u{302}",
            'ビ' => "ヒ\u{3099}",
            'ジ' => "シ\u{3099}",
            'バ' => "ハ\u{3099}",
            'ポ' => "ホ\u{309a}",
            _ => {
                spelled.push(letter);
                continue;
            }
        };
        spelled.push_str(parts);
    }
    spelled
}
