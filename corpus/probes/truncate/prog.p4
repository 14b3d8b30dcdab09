// The shortest truncation counts; those of ingress and egress alike, and copies are whole.
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
    apply {
        standard.egress_spec = 2;
        if (hdr.p.op == 1) { truncate(32w10); }
        if (hdr.p.op == 2) { truncate(32w10); truncate(32w14); }
        if (hdr.p.op == 3) { truncate(32w14); truncate(32w10); }
        if (hdr.p.op == 4) { truncate(32w10); standard.mcast_grp = 9; }
        if (hdr.p.op == 5) { truncate(32w10); clone(CloneType.I2E, 5); }
        if (hdr.p.op == 7) { truncate(32w4); }
        if (hdr.p.op == 8) { truncate(32w200); }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { if (hdr.p.op == 6) { truncate(32w11); } }
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
