// Registers keep what is written, cut to their width; an index beyond the last does nothing and reads nothing.
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
    @name("cells") register<bit<16>>(4) cells;
    apply {
        standard.egress_spec = 1;
        bit<16> v = 0x7777;
        cells.read(v, (bit<32>)hdr.p.a);
        if (hdr.p.op == 1) { cells.write((bit<32>)hdr.p.a, hdr.p.b); }
        if (hdr.p.op == 2) { cells.write((bit<32>)hdr.p.a, v + 1); }
        hdr.p.r = (bit<32>)v;
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
