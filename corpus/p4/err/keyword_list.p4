// `list` may name a parameter or a field, but not stand in an expression.
#include <core.p4>
struct s { bit<8> list; }
control c(inout s x, inout bit<8> y) {
    action a(bit<8> list) {
        y = list;
        x.list = y;
    }
    apply { a(1); }
}
