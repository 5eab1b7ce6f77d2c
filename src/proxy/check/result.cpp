#include "proxy/check/result.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace pgsidecar::check {

std::string one_line(const std::string& message) {
    std::istringstream lines(message);
    std::string joined;
    for (std::string line; std::getline(lines, line);) {
        std::ranges::replace_if(
            line, [](unsigned char c) { return std::iscntrl(c); }, ' ');  // no escape sequence of a server's
        std::istringstream words(line);
        const char* separator = joined.empty() ? "" : "; ";
        for (std::string word; words >> word; separator = " ") joined += separator + word;
    }
    return joined;
}

server_error result::error() const {
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(owned_.get(), code);
        return std::string(text ? text : "");
    };
    const std::string primary = field(PG_DIAG_MESSAGE_PRIMARY);
    return {one_line(primary.empty() ? PQresultErrorMessage(owned_.get()) : primary),
            field(PG_DIAG_SQLSTATE)};
}

std::string result::value(int row, int column) const {
    return row < rows() && column < columns() ? PQgetvalue(owned_.get(), row, column) : "";
}

}  // namespace pgsidecar::check
