// verify with an error of the program's own, and with one of core.p4.
#include <core.p4>
#include <v1model.p4>

error { ProbeError }
header e_t { bit<8> code; }
header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    e_t     e;
    probe_t p;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        verify(hdr.p.op != 1, error.ProbeError);
        verify(hdr.p.op != 2, error.NoMatch);
        hdr.p.a = 7;
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        hdr.e.setValid();
        if (standard.parser_error == error.NoError) { hdr.e.code = 0; }
        else if (standard.parser_error == error.PacketTooShort) { hdr.e.code = 1; }
        else if (standard.parser_error == error.NoMatch) { hdr.e.code = 2; }
        else if (standard.parser_error == error.StackOutOfBounds) { hdr.e.code = 3; }
        else if (standard.parser_error == error.HeaderTooShort) { hdr.e.code = 4; }
        else if (standard.parser_error == error.ProbeError) { hdr.e.code = 5; }
        else { hdr.e.code = 99; }
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
        packet.emit(hdr.e);
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
