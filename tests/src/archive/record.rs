//! Headers of entries: local, central, and data descriptors.

use super::{EntryOptions, EntrySize};
use crate::calendar;

/// The header fields of an entry.
pub(super) struct Record {
    pub(super) name: Vec<u8>,
    pub(super) options: EntryOptions,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) size: EntrySize,
    pub(super) offset: u64,
}

/// The number, or the marker for one that does not fit.
pub(super) fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Record {
    fn version(&self) -> u16 {
        if self.options.zip64 { 45 } else { 20 }
    }

    fn dos_time(&self) -> [u8; 4] {
        let (year, month, day) = calendar::date(self.options.day);
        let date = if year < 1980 {
            (1 << 5) | 1
        } else {
            ((year - 1980) << 9) | (month << 5) | day
        };
        let date = u16::try_from(date).unwrap_or(u16::MAX).to_le_bytes();
        let noon = (12_u16 << 11).to_le_bytes();
        [noon[0], noon[1], date[0], date[1]]
    }

    fn common(&self, out: &mut Vec<u8>, size: EntrySize, crc: u32) {
        for number in [self.version(), self.flags, self.method] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&self.dos_time());
        out.extend_from_slice(&crc.to_le_bytes());
        for number in [size.packed, size.unpacked] {
            let number = if self.options.zip64 { u32::MAX } else { low(number) };
            out.extend_from_slice(&number.to_le_bytes());
        }
        let length = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_le_bytes());
    }

    pub(super) fn local_header(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        let later = self.flags & (1 << 3) != 0;
        let (size, crc) = if later {
            (EntrySize::default(), 0)
        } else {
            (self.size, self.crc)
        };
        self.common(&mut out, size, crc);
        let extra: u16 = if self.options.zip64 { 20 } else { 0 };
        out.extend_from_slice(&extra.to_le_bytes());
        out.extend_from_slice(&self.name);
        if self.options.zip64 {
            out.extend_from_slice(&[1, 0, 16, 0]);
            out.extend_from_slice(&size.unpacked.to_le_bytes());
            out.extend_from_slice(&size.packed.to_le_bytes());
        }
        out
    }

    pub(super) fn descriptor(&self) -> Vec<u8> {
        let mut out = b"PK\x07\x08".to_vec();
        out.extend_from_slice(&self.crc.to_le_bytes());
        for number in [self.size.packed, self.size.unpacked] {
            if self.options.zip64 {
                out.extend_from_slice(&number.to_le_bytes());
            } else {
                out.extend_from_slice(&low(number).to_le_bytes());
            }
        }
        out
    }

    pub(super) fn central_header(&self, out: &mut Vec<u8>) {
        let far = self.offset >= u64::from(u32::MAX);
        out.extend_from_slice(b"PK\x01\x02");
        out.extend_from_slice(&[if far { 45 } else { 20 }, 3]);
        self.common(out, self.size, self.crc);
        let mut extra = Vec::new();
        if self.options.zip64 {
            extra.extend_from_slice(&self.size.unpacked.to_le_bytes());
            extra.extend_from_slice(&self.size.packed.to_le_bytes());
        }
        if far {
            extra.extend_from_slice(&self.offset.to_le_bytes());
        }
        let field = if extra.is_empty() { 0 } else { extra.len() + 4 };
        out.extend_from_slice(&u16::try_from(field).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(&[0; 6]);
        let is_directory = self.name.ends_with(b"/") || self.name.ends_with(b"\\");
        let attributes: u32 = if is_directory {
            (0o40_755 << 16) | 0x10
        } else {
            0o100_644 << 16
        };
        out.extend_from_slice(&attributes.to_le_bytes());
        out.extend_from_slice(&low(self.offset).to_le_bytes());
        out.extend_from_slice(&self.name);
        if !extra.is_empty() {
            out.extend_from_slice(&[1, 0]);
            out.extend_from_slice(&u16::try_from(extra.len()).unwrap_or(0).to_le_bytes());
            out.extend_from_slice(&extra);
        }
    }
}
