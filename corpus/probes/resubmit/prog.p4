// A resubmitted packet begins ingress again as it came; of its metadata the field list is left, and its instance type is 6.
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
struct metadata {
    @field_list(2)
    bit<16> kept;
    bit<16> lost;
}

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
        if (standard.instance_type == 0 && hdr.p.op == 1) {
            meta.kept = 0xaaaa;
            meta.lost = 0xbbbb;
            hdr.p.op = 0xff;
            standard.egress_spec = 4;
            resubmit_preserving_field_list(2);
        } else {
            hdr.p.a = (bit<8>)standard.instance_type;
            hdr.p.b = meta.kept;
            hdr.p.r[15:0] = meta.lost;
            hdr.p.r[31:16] = (bit<16>)standard.ingress_port;
            standard.egress_spec = 1;
        }
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
