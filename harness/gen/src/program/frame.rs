//! Declarations, and the whole of a program.

use std::fmt::Write;

use super::external::{REPEATING, ROUNDS};
use super::scope::{Field, Header, HeaderType, Place, Scope, Stack, type_of};
use super::{Feature, Sketch};

/// Widths that fields often have.
const USUAL: [u32; 10] = [1, 3, 4, 8, 9, 12, 16, 16, 32, 48];
const WIDE: [u32; 4] = [64, 65, 100, 128];

impl Sketch<'_> {
    /// Header types, headers and metadata.
    pub(super) fn declare(&mut self) {
        for number in 0..self.dice.between(1, self.limits.header_types) {
            let fields = self.fields("f", true);
            self.header_types.push(HeaderType { name: format!("h{number}_t"), fields });
        }
        for number in 0..self.dice.between(1, self.limits.headers) {
            if let Some(header_type) = self.dice.pick(&self.header_types).cloned() {
                self.headers.push(Header { path: format!("hdr.h{number}"), header_type });
            }
        }
        if self.has(Feature::Stack)
            && let Some(header_type) = self.dice.pick(&self.header_types).cloned()
        {
            let size = self.dice.between(2, 3);
            self.stack = Some(Stack { path: "hdr.s".to_owned(), header_type, size });
        }
        self.metadata = self.fields("m", false);
        if self.has(Feature::Checksum) || self.has(Feature::VerifyChecksum) {
            self.checksum = self.checksummed();
        }
    }

    fn fields(&mut self, prefix: &str, of_header: bool) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut bits = 0;
        for number in 0..self.dice.between(1, self.limits.fields) {
            let wide = self.wants(Feature::WideField, 15);
            let width = self.dice.pick(if wide { &WIDE[..] } else { &USUAL[..] }).copied().unwrap_or(8);
            if of_header && !fields.is_empty() && (bits + width) as usize > self.limits.header_bits {
                break;
            }
            // An int<1> is -1 or 0: legal, and of no interest but to a front end.
            let signed = width > 1 && self.wants(Feature::Signed, 25);
            bits += width;
            fields.push(Field { name: format!("{prefix}{number}"), width, signed });
        }
        let rest = bits.next_multiple_of(8) - bits;
        if of_header && rest > 0 {
            fields.push(Field { name: format!("{prefix}_pad"), width: rest, signed: false });
        }
        fields
    }

    /// A header with a field that a checksum fits into, and its other fields.
    fn checksummed(&self) -> Option<(String, Vec<Field>, Field)> {
        self.headers.iter().find_map(|header| {
            let fields = &header.header_type.fields;
            let sum = fields.iter().find(|field| field.width == 16 && !field.signed)?.clone();
            let others: Vec<Field> = fields.iter().filter(|field| field.name != sum.name).cloned().collect();
            (!others.is_empty()).then(|| (header.path.clone(), others, sum))
        })
    }

    /// What controls and actions see of headers and metadata. The first header counts as valid: packets that are too
    /// short for it are rare.
    pub(super) fn scope(&mut self) -> Scope {
        let mut places = Vec::new();
        for header in &self.headers {
            for field in &header.header_type.fields {
                places.push(Place {
                    path: format!("{}.{}", header.path, field.name),
                    width: field.width,
                    signed: field.signed,
                    writable: true,
                    header: Some(header.path.clone()),
                });
            }
        }
        if let Some(stack) = &self.stack {
            for (index, field) in
                (0..stack.size).flat_map(|i| stack.header_type.fields.iter().map(move |f| (i, f)))
            {
                let header = format!("{}[{index}]", stack.path);
                places.push(Place {
                    path: format!("{header}.{}", field.name),
                    width: field.width,
                    signed: field.signed,
                    writable: true,
                    header: Some(header),
                });
            }
        }
        for field in &self.metadata {
            places.push(Place {
                path: format!("meta.{}", field.name),
                width: field.width,
                signed: field.signed,
                writable: true,
                header: None,
            });
        }
        if self.has(Feature::StandardMetadata) {
            places.push(standard("ingress_port", 9));
        }
        let valid = self.headers.first().map(|header| header.path.clone()).into_iter().collect();
        Scope { places, valid, ..Scope::default() }
    }

    /// The program as text.
    pub(super) fn text(&mut self) -> String {
        let parser = self.parser();
        let ingress = self.control(true);
        let egress = self.control(false);
        let mut text = "#include <core.p4>\n#include <v1model.p4>\n\n".to_owned();
        for header_type in &self.header_types {
            let fields: String = header_type
                .fields
                .iter()
                .map(|field| format!("    {} {};\n", field.ty(), field.name))
                .collect();
            let _ = write!(text, "header {} {{\n{fields}}}\n", header_type.name);
        }
        let mut headers = String::new();
        for header in &self.headers {
            let _ = writeln!(headers, "    {} {};", header.header_type.name, member(&header.path));
        }
        if let Some(stack) = &self.stack {
            let _ =
                writeln!(headers, "    {}[{}] {};", stack.header_type.name, stack.size, member(&stack.path));
        }
        let _ = write!(text, "struct headers_t {{\n{headers}}}\n");
        let kept: usize = self.dice.below(self.metadata.len() + 1);
        let rounds = match REPEATING.iter().any(|feature| self.has(*feature)) {
            true => format!("    @field_list(1) bit<8> {ROUNDS};\n"),
            false => String::new(),
        };
        let metadata: String = self
            .metadata
            .iter()
            .enumerate()
            .map(|(number, field)| {
                let list = if number == kept { "@field_list(1) " } else { "" };
                format!("    {list}{} {};\n", field.ty(), field.name)
            })
            .collect();
        let _ = write!(text, "struct metadata_t {{\n{metadata}{rounds}}}\n\n");
        text.push_str(&parser);
        text.push_str(&self.checksum_control("verify_checksum", "verify_sums", Feature::VerifyChecksum));
        text.push_str(&ingress);
        text.push_str(&egress);
        text.push_str(&self.checksum_control("update_checksum", "update_sums", Feature::Checksum));
        text.push_str(&self.deparser());
        text.push_str(
            "V1Switch(parse(), verify_sums(), ingress(), egress(), update_sums(), deparse()) main;\n",
        );
        text
    }

    fn checksum_control(&mut self, function: &str, name: &str, feature: Feature) -> String {
        let body = match &self.checksum {
            Some((header, others, sum)) if self.has(feature) => {
                let data: Vec<String> =
                    others.iter().map(|field| format!("{header}.{}", field.name)).collect();
                let (data, sum) = (data.join(", "), &sum.name);
                format!(
                    "        {function}({header}.isValid(), {{ {data} }}, {header}.{sum}, HashAlgorithm.csum16);\n"
                )
            }
            _ => String::new(),
        };
        format!(
            "control {name}(inout headers_t hdr, inout metadata_t meta) {{\n    apply {{\n{body}    }}\n}}\n\n"
        )
    }

    fn deparser(&mut self) -> String {
        let mut emitted: Vec<String> = self.headers.iter().map(|header| header.path.clone()).collect();
        emitted.extend(self.stack.iter().map(|stack| stack.path.clone()));
        if self.dice.percent(20) {
            let from = self.dice.below(emitted.len());
            emitted.rotate_left(from);
        }
        let body: String = emitted.iter().map(|path| format!("        packet.emit({path});\n")).collect();
        format!("control deparse(packet_out packet, in headers_t hdr) {{\n    apply {{\n{body}    }}\n}}\n\n")
    }

    /// A width that something declared has.
    pub(super) fn some_width(&mut self, scope: &Scope) -> (u32, bool) {
        match self.dice.pick(&scope.places) {
            Some(place) => (place.width, place.signed),
            None => (8, false),
        }
    }

    /// A number as it is written: often one that programs are wrong about.
    pub(super) fn literal(&mut self, width: u32, signed: bool) -> String {
        let value = match self.dice.below(4) {
            0 => self.dice.boundary(width),
            1 => self.dice.bits(width),
            _ => hyper4_bits::Bits::from_u64(width, self.dice.below(8) as u64),
        };
        let text = format!("{width}w{:#x}", value.to_biguint());
        if signed { format!("({}) {text}", type_of(width, true)) } else { text }
    }
}

/// A field of standard metadata that is read.
pub(super) fn standard(name: &str, width: u32) -> Place {
    Place { path: format!("standard_metadata.{name}"), width, signed: false, writable: false, header: None }
}

/// The last part of a path.
fn member(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
