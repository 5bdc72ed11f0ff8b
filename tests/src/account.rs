//! `user.json`.

use serde_json::{Value, json};

use crate::{
    payments::PaymentPlan,
    quirk::Quirk,
    rng::Rng,
    spec::{Generation, PackageSpec},
    world::{Person, World},
};

/// The content of `user.json`.
pub(crate) fn user_json(spec: &PackageSpec, world: &World, payments: &PaymentPlan) -> String {
    let mut rng = Rng::new(spec.seed).fork("account");
    let owner = &world.owner;
    let mut user = json!({ "id": owner.id.to_string(), "username": owner.name });
    if !spec.has(Quirk::MinimalAccount) {
        let more = full(spec, &mut rng, world);
        if let (Some(user), Value::Object(more)) = (user.as_object_mut(), more) {
            user.extend(more);
        }
    }
    if let Some(payments) = &payments.old {
        user["payments"] = json!(payments);
    }
    if rng.chance(50) {
        serde_json::to_string_pretty(&user).unwrap_or_default()
    } else {
        user.to_string()
    }
}

fn full(spec: &PackageSpec, rng: &mut Rng, world: &World) -> Value {
    let owner = &world.owner;
    let has_names = spec.generation >= Generation::Y2024April;
    let guild_settings: Vec<_> = world
        .guilds
        .iter()
        .map(|guild| {
            json!({
                "guild_id": guild.id.to_string(),
                "muted": rng.chance(50),
                "mute_config": null,
                "message_notifications": rng.below(3),
                "suppress_everyone": false,
                "channel_overrides": [],
                "version": rng.below(90),
            })
        })
        .collect();
    let relationships: Vec<_> = world
        .people
        .iter()
        .filter(|person| person.is_listed)
        .map(|person| relationship(rng, person, has_names))
        .collect();
    json!({
        "discriminator": if has_names { json!(0) } else { json!(42) },
        "global_name": owner.display,
        "email": "someone@example.org",
        "verified": true,
        "avatar_hash": owner.avatar,
        "has_mobile": true,
        "needs_email_verification": false,
        "premium_until": null,
        "flags": if has_names { json!(["HYPESQUAD_ONLINE_HOUSE_2", "MFA_SMS"]) } else { json!(9_007_199_254_740_993_u64) },
        "phone": null,
        "temp_banned_until": null,
        "ip": "203.0.113.7",
        "settings": { "settings": { "status": { "status": "online" } }, "frecency": { "emojiFrecency": { "emojis": {} } } },
        "connections": [],
        "external_friends_lists": [],
        "friend_suggestions": [],
        "user_sessions": [],
        "relationships": relationships,
        "payment_sources": [],
        "guild_settings": guild_settings,
        "library_applications": [],
        "entitlements": [],
        "user_activity_application_statistics": [],
        "notes": { "170000000000000055": "met at the 🎉" },
        "user_profile_metadata": { "premium_started_at": null, "widgets": [] },
        "current_orbs_balance": 1200,
    })
}

fn relationship(rng: &mut Rng, person: &Person, has_names: bool) -> Value {
    let kind = rng.index(5) + 1;
    let names = ["FRIEND", "BLOCKED", "PENDING_INCOMING", "PENDING_OUTGOING", "IMPLICIT"];
    let mut user = json!({
        "id": person.id.to_string(),
        "username": person.name,
        "avatar": person.avatar,
        "avatar_decoration_data": null,
        "discriminator": "0",
        "public_flags": 0,
    });
    if let Some(fields) = user.as_object_mut() {
        if person.display.is_some() || rng.chance(50) {
            fields.insert("global_name".to_owned(), json!(person.display));
        }
        if person.avatar.is_none() && rng.chance(50) {
            fields.remove("avatar");
        }
    }
    json!({
        "id": person.id.to_string(),
        "type": if has_names { json!(names[kind - 1]) } else { json!(kind) },
        "nickname": null,
        "user": user,
    })
}
