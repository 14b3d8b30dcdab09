// Constructors have no result; methods that can't be told apart are one too many.
extern E {
    void E();
    E(bit<8> x);
    E(bit<8> x);
    void f(in bit<8> a, in bit<8> b);
    void f(in bit<8> b, in bit<8> a);
    void f(in bit<8> a);
}
