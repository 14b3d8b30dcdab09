// A miss runs the default action; the control plane changes it; one that is constant stays.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    probe_t p;
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
    action set(bit<8> v) { hdr.p.a = v; }
    action also(bit<16> v) { hdr.p.b = v; }
    table t { key = { hdr.p.op : exact; } actions = { set; NoAction; } default_action = set(9); }
    table u { key = { hdr.p.op : exact; } actions = { also; } const default_action = also(3); }
    table w { key = { hdr.p.op : exact; } actions = { set; } }
    apply { standard.egress_spec = 1; t.apply(); u.apply(); if (w.apply().miss) { hdr.p.r = 0xdddddddd; } }
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
