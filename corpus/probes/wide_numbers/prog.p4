// Arithmetic beyond 64 bits.
#include <core.p4>
#include <v1model.p4>

header w_t {
    bit<128> x;
    bit<128> y;
    bit<128> r;
}
struct headers {
    w_t p;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (hdr.p.x[7:0] == 1) { hdr.p.r = hdr.p.x + hdr.p.y; }
        else if (hdr.p.x[7:0] == 2) { hdr.p.r = hdr.p.x - hdr.p.y; }
        else if (hdr.p.x[7:0] == 3) { hdr.p.r = hdr.p.x * hdr.p.y; }
        else if (hdr.p.x[7:0] == 4) { hdr.p.r = hdr.p.x << 77; }
        else { hdr.p.r = (hdr.p.x >> 70) ^ (hdr.p.y & ~hdr.p.x); }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
