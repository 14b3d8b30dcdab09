#include <core.p4>
#include <v1model.p4>
struct headers_t { }
struct metadata_t { }
parser parse(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start { transition accept; }
}
control verify_sums(inout headers_t hdr, inout metadata_t meta) { apply { } }
control ingress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        clone_preserving_field_list(CloneType.I2E, 32w1, 8w1);
        mark_to_drop(standard_metadata);
    }
}
control egress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply { }
}
control deparse(packet_out packet, in headers_t hdr) { apply { } }
V1Switch(parse(), verify_sums(), ingress(), egress(), verify_sums(), deparse()) main;
