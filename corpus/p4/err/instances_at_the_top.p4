// Controls and parsers belong to something; `main` is a package.
control c() { apply { } }
c() alone;
extern E { E(); }
E() main;
