// A copy of a header with a varbit takes its length along.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
header v_t {
    bit<8>       n;
    varbit<64>   x;
}
struct headers {
    probe_t p;
    v_t     v;
    v_t     w;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        packet.extract(hdr.v, (bit<32>)hdr.p.op * 8);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { standard.egress_spec = 1; hdr.w = hdr.v; hdr.w.n = 0x55; if (hdr.p.a == 1) { hdr.v.setInvalid(); } }
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
        packet.emit(hdr.w);
        packet.emit(hdr.v);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
