#include <core.p4>
header h_t { bit<8> a; h_t again; }
struct s_t { int n; void v; packet_in p; string t; s_t self; }
header_union u_t { bit<8> x; s_t s; }
typedef tuple<packet_in> t_t;
typedef bit<8>[-1] negative_t;
typedef bit<(8 - 9)> width_t;
type s_t named_t;
error { One, One }
match_kind { one, one }
struct twice_t { bit<8> x; bit<16> x; }
const packet_in NONE = 1;
control c(inout bit<8> x) {
    string text = "a";
    int number = 3;
    void nothing;
    match_kind kind;
    apply { x = error.Two; x = One; }
}
