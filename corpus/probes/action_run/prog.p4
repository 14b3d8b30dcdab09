// switch on the action that ran, hit or miss.
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
    action one() { hdr.p.a = 1; }
    action two() { hdr.p.a = 2; }
    table t { key = { hdr.p.op : exact; } actions = { one; two; NoAction; } default_action = two(); }
    apply {
        standard.egress_spec = 1;
        switch (t.apply().action_run) {
            one: { hdr.p.b = 0x1111; }
            two: { hdr.p.b = 0x2222; }
            default: { hdr.p.b = 0x3333; }
        }
        if (hdr.p.op == 9) { standard.egress_spec = 2; }
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
