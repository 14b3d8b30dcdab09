// A control has no parsers, and a parser no controls.
#include <core.p4>
control ct();
parser pt(packet_in b);
control c(packet_in b)(pt inner) { apply { } }
parser p(packet_in b)(ct inner) {
    state start { transition accept; }
}
