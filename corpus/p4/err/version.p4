// There is no such v1model.
#define V1MODEL_VERSION 20200409
#include <v1model.p4>
