// A packet of any length, cloned in ingress and that clone in egress: the first is the packet as it came, the second
// what became of it, each with the fields that its list keeps.
#include <core.p4>
#include <v1model.p4>

header eth_t { bit<48> dst; bit<48> src; bit<16> t; }
header tag_t { bit<32> x; }
struct H { tag_t tag; eth_t eth; }
struct M { @field_list(1) bit<16> kept; }
parser P(packet_in b, out H h, inout M m, inout standard_metadata_t s) {
    state start { b.extract(h.eth); transition accept; }
}
control V(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
  apply {
    s.egress_spec = 2;
    if (h.eth.isValid()) {
      m.kept = h.eth.t;
      h.eth.src = 1;
      clone_preserving_field_list(CloneType.I2E, 5, 1);
    }
  }
}
control E(inout H h, inout M m, inout standard_metadata_t s) {
  apply {
    if (s.instance_type == 1) {
      if (h.eth.isValid()) {
        h.tag.setValid(); h.tag.x = 16w0xabcd ++ m.kept;
        h.eth.dst = 48w0x112233445566;
      }
      if (m.kept[0:0] == 1) { clone_preserving_field_list(CloneType.E2E, 6, 1); }
    } else if (s.instance_type == 2) {
      h.tag.x = 32w0xeeee0000 | (bit<32>)m.kept;
    }
  }
}
control C(inout H h, inout M m) { apply {} }
control D(packet_out b, in H h) { apply { b.emit(h.tag); b.emit(h.eth); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
