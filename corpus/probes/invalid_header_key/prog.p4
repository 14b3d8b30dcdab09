// A field of an invalid header is 0 in a key; its validity is a key of its own.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header more_t { bit<8> x; }
struct headers {
    probe_t p;
    more_t  m;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition select(hdr.p.op) {
            1 : more;
            default : accept;
        }
    }
    state more {
        packet.extract(hdr.m);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    action set(bit<8> v) { hdr.p.a = v; }
    action also(bit<16> v) { hdr.p.b = v; }
    table exactly { key = { hdr.m.x : exact; } actions = { set; } }
    table ternarily { key = { hdr.m.isValid() : exact; hdr.m.x : ternary; } actions = { also; } }
    apply { standard.egress_spec = 1; exactly.apply(); ternarily.apply(); }
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
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
