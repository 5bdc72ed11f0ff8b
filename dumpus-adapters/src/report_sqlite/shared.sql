CREATE TABLE package_data(
    package_id TEXT NOT NULL,
    package_version TEXT NOT NULL,
    package_owner_id TEXT NOT NULL,
    package_owner_name TEXT NOT NULL,
    package_owner_display_name TEXT,
    package_owner_avatar_url TEXT,
    package_is_partial BOOLEAN NOT NULL DEFAULT 0
);
CREATE TABLE package_sections(
    section TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    detail TEXT
) WITHOUT ROWID;
CREATE TABLE payments(
    payment_id TEXT PRIMARY KEY,
    payment_date TEXT NOT NULL,
    payment_amount INTEGER NOT NULL,
    payment_currency TEXT NOT NULL,
    payment_description TEXT NOT NULL
) WITHOUT ROWID;
