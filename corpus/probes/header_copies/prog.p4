// A copy of a header copies its validity; comparing two headers compares validity first.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header more_t { bit<16> x; }
struct headers {
    probe_t p;
    more_t  m;
    more_t  n;
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
        if (hdr.p.op[0:0] == 1) { hdr.m.setValid(); hdr.m.x = 0x1111; }
        if (hdr.p.op[1:1] == 1) { hdr.n.setValid(); hdr.n.x = 0x2222; }
        if (hdr.p.op[2:2] == 1) { hdr.n = hdr.m; }
        if (hdr.m == hdr.n) { hdr.p.a = 1; } else { hdr.p.a = 2; }
        if (hdr.m != hdr.n) { hdr.p.b = 1; } else { hdr.p.b = 2; }
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
        packet.emit(hdr.m);
        packet.emit(hdr.n);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
