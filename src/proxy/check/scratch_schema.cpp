#include "proxy/check/scratch_schema.hpp"

#include "proxy/check/random_name.hpp"

namespace pgsidecar::check {

scratch_schema::scratch_schema(const inspection& at) : at_(at), name_(random_name()) {}

void scratch_schema::create() {
    wanted_ = true;  // even where its answer never comes
    at_.connect().query("CREATE SCHEMA " + name_);
}

void scratch_schema::remove() {
    if (!wanted_) return;
    at_.connect().query("DROP SCHEMA IF EXISTS " + name_ + " CASCADE");
    wanted_ = false;
}

}  // namespace pgsidecar::check
