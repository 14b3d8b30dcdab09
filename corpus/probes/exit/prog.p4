// exit ends its pipeline alone: egress still runs. What the action did before stays done.
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
    action leave() { hdr.p.a = 1; exit; }
    action stay() { hdr.p.a = 2; }
    table t {
        key = { hdr.p.op : exact; }
        actions = { leave; stay; }
        default_action = stay();
    }
    apply {
        standard.egress_spec = 1;
        t.apply();
        hdr.p.b = 0x5555;
        if (hdr.p.op == 3) { exit; }
        hdr.p.b = 0x6666;
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { hdr.p.r = 0x77777777; if (hdr.p.op == 4) { exit; } hdr.p.r = 0x88888888; }
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
