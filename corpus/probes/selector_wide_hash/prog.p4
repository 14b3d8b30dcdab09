// Of a selector's hash 32 bits count, the lower ones, however wide it is.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<64> r;
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
    @name("choice") action_selector(HashAlgorithm.identity, 32w64, 32w64) choice;
    table t {
        key = { hdr.p.op : exact; hdr.p.r : selector; }
        actions = { set; NoAction; }
        implementation = choice;
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
