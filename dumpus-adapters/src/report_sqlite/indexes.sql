CREATE INDEX idx_dm_channels_data_user ON dm_channels_data(dm_user_id);
