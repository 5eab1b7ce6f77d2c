#pragma once

#include <string>

#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

/// A schema for what trials make. It is made and removed without a sidecar, so that one that does not work
/// cannot leave it behind.
class scratch_schema {
public:
    explicit scratch_schema(const inspection& at);

    void create();
    /// If there may be one.
    void remove();

    const std::string& name() const { return name_; }
    bool wanted() const { return wanted_; }

private:
    const inspection& at_;
    const std::string name_;
    bool wanted_ = false;
};

}  // namespace pgsidecar::check
