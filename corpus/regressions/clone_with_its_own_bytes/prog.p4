#include <core.p4>
#include <v1model.p4>
header h2_t {
    bit<3> f0;
    bit<5> f_pad;
}
struct headers_t {
    h2_t h0;
    h2_t h1;
}
struct metadata_t { }
parser parse(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.h0);
        transition s1;
    }
    state s1 {
        packet.extract(hdr.h1);
        transition accept;
    }
}
control verify_sums(inout headers_t hdr, inout metadata_t meta) { apply { } }
control ingress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        mark_to_drop(standard_metadata);
        if (hdr.h1.isValid())
            {
                hdr.h0.f0 = 3w0x2;
                standard_metadata.egress_spec = 2;
            }
        else
            { clone_preserving_field_list(CloneType.I2E, 32w2, 8w1); }
    }
}
control egress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        if (hdr.h0.f0 == 3w0x4)
            { }
    }
}
control deparse(packet_out packet, in headers_t hdr) { apply { } }
V1Switch(parse(), verify_sums(), ingress(), egress(), verify_sums(), deparse()) main;
