#include <core.p4>
enum bit<8> Kind { a = 1, b = 256, a = 3, c = true, d = 16w4 }
enum bool Flags { f = 1 }
type bit<8> Octet;
typedef string text_t;
type text_t Text;
const int TOO_MANY = (1 << 2000) * (1 << 70000);
const bit<8> ZERO = 1 / 0;
const bool STRINGS = "a" + "b" == "ab";
struct s_t { bit<8> x; }
control c(inout bit<8> x, inout int<8> i, inout bit<16> y, inout bool f, inout Octet o, inout Kind k, inout s_t s, inout varbit<8> v) {
    apply {
        x = i;
        x = (bit<16>)i;
        x = (int<16>)x;
        f = x;
        f = (bool)x;
        x = f;
        x = (bit<8>)f;
        o = x;
        x = o + 1;
        k = 1;
        k = Kind.e;
        i = i / 2;
        x = x % -1;
        x = 1 << x;
        x = x << -1;
        x = x << i;
        x = x ++ 1;
        f = x && f;
        f = !x;
        x = ~3;
        x = 3 |+| 4;
        f = s < s;
        f = v < v;
        f = x == y;
        x = -s;
        x = x[8:0];
        x = x[0:1];
        x = x[y:0];
        x = x[0+:9];
        x = o[3:0];
        x = x[2];
        f += true;
        s += 1;
        x += y;
        3 = x;
        x + 1 = x;
        f = (bool)3;
        x.y = 1;
    }
}
