#include "proxy/check/trial.hpp"

namespace pgsidecar::check {

void expect(const std::string& is, const std::string& wanted, const std::string& what) {
    if (is != wanted) throw wrong_answer(what + " answered '" + is + "' instead of '" + wanted + "'");
}

}  // namespace pgsidecar::check
