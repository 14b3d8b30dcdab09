// Assignments: copies, slices, concatenations, masks, sums, XOR, circles.
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
    bit<64> wide;
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
    action circle() {
        bit<48> t = hdr.ethernet.dst;
        hdr.ethernet.dst = hdr.ethernet.src;
        hdr.ethernet.src = t;
        bit<4> c = hdr.numbers.c;
        hdr.numbers.c = hdr.numbers.d;
        hdr.numbers.d = c;
    }
    action add(bit<32> n, bit<8> m) {
        hdr.numbers.e = hdr.numbers.e + n;
        hdr.numbers.a = m;
    }
    action subtract(bit<16> n) { hdr.numbers.b = hdr.numbers.b - n; }
    action constants() {
        hdr.numbers.a = hdr.numbers.a - 1;
        hdr.numbers.b = hdr.numbers.b & 0x0ff0;
        hdr.numbers.h = hdr.numbers.h ^ 0x55;
        hdr.numbers.g = ~hdr.numbers.g;
        hdr.numbers.e = hdr.numbers.e | 0xff;
    }
    action shifted() {
        hdr.numbers.e = hdr.numbers.f << 5;
        hdr.numbers.f = hdr.numbers.f >> 3;
        hdr.numbers.a = hdr.numbers.e[15:8];
        hdr.numbers.b = hdr.numbers.c ++ hdr.numbers.h[6:3] ++ hdr.numbers.a;
    }
    action mixed(bit<32> n) {
        hdr.numbers.f = hdr.numbers.e ^ n;
        hdr.numbers.e = hdr.numbers.e ^ hdr.numbers.f;
        meta.wide = (bit<64>)hdr.numbers.a;
        hdr.numbers.a = (bit<8>)hdr.numbers.b;
    }
    action later() {
        hdr.numbers.e = hdr.numbers.f + 7;
        hdr.numbers.f = hdr.numbers.e;
        hdr.numbers.b = (bit<16>)hdr.numbers.a + 300;
    }
    table operate {
        key = { hdr.ethernet.ether_type: exact; }
        actions = { circle; add; subtract; constants; shifted; mixed; later; NoAction; }
        default_action = constants();
    }
    table look {
        key = { meta.wide: exact; hdr.numbers.g: exact; }
        actions = { add; circle; NoAction; }
        default_action = NoAction();
    }
    apply {
        if (hdr.numbers.isValid()) {
            operate.apply();
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
