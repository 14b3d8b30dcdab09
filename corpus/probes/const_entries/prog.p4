// Constant entries rank in the order in which they stand; a priority says otherwise.
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
    table t {
        key = { hdr.p.op : ternary; hdr.p.b : range; }
        actions = { set; }
        const entries = {
            (0x10 &&& 0xf0, 1 .. 5) : set(1);
            (0x11, _) : set(2);
            (_, 3 .. 3) : set(3);
            (0x12, 4) : set(4);
            (_, _) : set(5);
        }
    }
    apply { standard.egress_spec = 1; t.apply(); }
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
