// Objects are made where they can be known when compiled.
#include <core.p4>
extern E { E(); void call(); }
control inner() { apply { } }
action act() { E() made; }
void f() { E() made; }
parser p(packet_in b) {
    state start {
        E() made;
        transition accept;
    }
}
control c() {
    apply {
        inner() made;
    }
}
