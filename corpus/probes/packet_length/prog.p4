// packet_length as it comes, and in egress, where headers were added or removed.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header more_t { bit<32> x; }
struct headers {
    probe_t p;
    more_t  m;
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
        hdr.p.b = standard.packet_length[15:0];
        if (hdr.p.op == 1) { hdr.m.setValid(); }
        if (hdr.p.op == 2) { hdr.p.setInvalid(); hdr.m.setValid(); }
        standard.egress_spec = 1;
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        hdr.m.x = standard.packet_length;
        hdr.p.r = standard.packet_length;
    }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
        packet.emit(hdr.m);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
