header h_t { bit<0> a; bit<99999> b; bool[3] d; string e; }
struct s_t { bit<8>[4] f; h_t[0] g; }
enum bool E { a = 1 }
const bit<8> K = 1 / 0;
type bit<8> t_t;
control c(inout t_t t, inout bit<8> x, inout int<8> i) { apply { t = x; x = (bit<8>)t + t; x = (bit<16>)i; x = i; } }
