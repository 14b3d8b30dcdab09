// What is computed of fields: sums, products, shifts, saturating and signed numbers, choices, hashes.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

header numbers_t {
    bit<8>  a;
    bit<16> b;
    bit<4>  c;
    bit<4>  d;
    bit<32> e;
    bit<32> f;
    bit<1>  g;
    bit<7>  h;
}

struct headers_t {
    ethernet_t ethernet;
    numbers_t numbers;
}

struct metadata_t {
    bit<32> wide;
}

parser TheParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        packet.extract(hdr.numbers);
        transition accept;
    }
}

control TheVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control TheIngress(inout headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    action sums() {
        hdr.numbers.e = hdr.numbers.e + hdr.numbers.f;
        hdr.numbers.b = (bit<16>)hdr.numbers.a + hdr.numbers.b;
    }
    action less(bit<32> n) {
        hdr.numbers.f = n - hdr.numbers.f;
        hdr.numbers.a = 7 - hdr.numbers.a;
    }
    action differences(bit<8> n) {
        hdr.numbers.f = hdr.numbers.f - hdr.numbers.e;
        hdr.numbers.c = hdr.numbers.c - hdr.numbers.d + n[3:0];
    }
    action bitwise() {
        hdr.numbers.e = hdr.numbers.e & hdr.numbers.f;
        hdr.numbers.b = hdr.numbers.b | (bit<16>)hdr.numbers.a;
        hdr.numbers.g = hdr.numbers.g & hdr.numbers.h[0:0];
    }
    action products(bit<8> n) {
        hdr.numbers.e = hdr.numbers.f * (bit<32>)hdr.numbers.a;
        hdr.numbers.b = hdr.numbers.b * 10;
        hdr.numbers.a = hdr.numbers.a * n;
    }
    action shifts(bit<8> n) {
        hdr.numbers.e = hdr.numbers.e << hdr.numbers.a;
        hdr.numbers.f = hdr.numbers.f >> (bit<8>)hdr.numbers.c;
        hdr.numbers.b = hdr.numbers.b >> n;
    }
    action saturating() {
        hdr.numbers.a = hdr.numbers.a |+| (bit<8>)hdr.numbers.h;
        hdr.numbers.e = hdr.numbers.e |-| hdr.numbers.f;
    }
    action clamped(bit<16> n) {
        hdr.numbers.b = hdr.numbers.b |+| n;
        hdr.numbers.a = hdr.numbers.a |-| 9;
    }
    action widened() {
        hdr.numbers.f = (bit<32>)((int<32>)hdr.numbers.f >> 3);
        hdr.numbers.b = (bit<16>)(int<16>)(int<8>)hdr.numbers.a;
    }
    action moved() {
        hdr.numbers.a = (bit<8>)((int<8>)hdr.numbers.a >> (bit<8>)hdr.numbers.d);
    }
    action chosen() {
        hdr.numbers.a = hdr.numbers.e < hdr.numbers.f ? hdr.numbers.a : 9;
        hdr.numbers.b = hdr.numbers.e == hdr.numbers.f ? 16w1 : hdr.numbers.b;
    }
    action greatest(bit<32> n) {
        hdr.numbers.f = (int<32>)hdr.numbers.f >= (int<32>)n ? n : hdr.numbers.f;
    }
    action hashed(bit<8> n) {
        hash(hdr.numbers.e, HashAlgorithm.crc32, 32w0, { hdr.numbers.f, hdr.ethernet.src, n }, 64w0x100000000);
        hash(hdr.numbers.b, HashAlgorithm.crc16, 16w7, { hdr.numbers.a, hdr.numbers.f }, 32w1000);
    }
    action summed() {
        hash(hdr.numbers.a, HashAlgorithm.xor16, 8w0, { hdr.ethernet.dst, hdr.numbers.g }, 32w256);
        hash(hdr.numbers.f, HashAlgorithm.csum16, 32w1, { hdr.ethernet.dst, hdr.numbers.a }, 32w0x10000);
    }
    action told() {
        hash(meta.wide, HashAlgorithm.identity, 32w3, { hdr.numbers.a, hdr.numbers.b }, 64w1024);
    }
    table operate {
        key = { hdr.ethernet.ether_type: exact; hdr.numbers.h: ternary; }
        actions = {
            sums; less; differences; bitwise; products; shifts; saturating; clamped;
            widened; moved; chosen; greatest; hashed; summed; told;
        }
        default_action = sums();
    }
    table look {
        key = { meta.wide: exact; hdr.numbers.g: exact; }
        actions = { less; told; NoAction; }
        default_action = NoAction();
    }
    apply {
        if (hdr.numbers.isValid()) {
            operate.apply();
            if (hdr.numbers.e < hdr.numbers.f) {
                hdr.numbers.h = hdr.numbers.h + 1;
            } else if ((int<8>)hdr.numbers.a <= (int<8>)(hdr.numbers.h ++ 1w1) || hdr.numbers.b + 3 == 7) {
                hdr.numbers.h = 3;
            }
            look.apply();
        }
        standard_metadata.egress_spec = 1;
    }
}

control TheEgress(inout headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t standard_metadata) {
    apply { }
}

control TheUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply {
    }
}

control TheDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.numbers);
    }
}

V1Switch(TheParser(), TheVerify(), TheIngress(), TheEgress(), TheUpdate(), TheDeparser()) main;
