#include "proxy/config/upstream_url.hpp"

#include "proxy/config/conninfo.hpp"
#include "proxy/config/value.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace pgsidecar::config {
namespace {

using values = std::map<std::string, std::string>;

struct translation {
    std::string_view keyword;
    std::string_view path;
};

// Taken over as they are; hosts, times and versions of TLS are written differently.
constexpr std::array same_value = {
    translation{"user", "upstream.user"},
    translation{"password", "upstream.password"},
    translation{"dbname", "upstream.database"},
    translation{"sslmode", "upstream_tls.mode"},
    translation{"sslnegotiation", "upstream_tls.negotiation"},
    translation{"sslrootcert", "upstream_tls.root_certificate"},
    translation{"sslcert", "upstream_tls.certificate"},
    translation{"sslkey", "upstream_tls.key"},
};
constexpr std::array other_value = {"host", "hostaddr", "port", "connect_timeout",
                                    "ssl_min_protocol_version"};

// To leave these out would make a connection less safe, or lead elsewhere, than the one who wrote them
// expects.
struct unsupported {
    std::string_view keyword;
    std::array<std::string_view, 4> harmless;  // the values that ask for nothing, as an empty one does
};
constexpr std::array not_supported = {
    unsupported{"sslcrl", {}},
    unsupported{"sslcrldir", {}},
    unsupported{"sslpassword", {}},
    unsupported{"requirepeer", {}},
    unsupported{"service", {}},
    unsupported{"target_session_attrs", {"any"}},
    unsupported{"channel_binding", {"prefer", "disable"}},
    unsupported{"gssencmode", {"prefer", "disable"}},
    unsupported{"replication", {"false", "off", "no", "0"}},
};

constexpr std::uint64_t default_port = 5432;

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto comma = std::min(text.find(',', begin), text.size());
        parts.push_back(text.substr(begin, comma - begin));
        begin = comma + 1;
    }
    return parts;
}

std::string value_of(const values& from, const std::string& keyword) {
    const auto found = from.find(keyword);
    return found == from.end() ? "" : found->second;
}

class expansion {
public:
    explicit expansion(const given_value& url) : url_(url) {}

    given_values run() {
        const auto read = read_conninfo(url_.texts.at(0).text);
        if (!read.problem.empty()) complain(read.problem);
        for (const auto& [keyword, path] : same_value)
            if (const auto value = value_of(read.values, std::string(keyword)); !value.empty())
                give(path, {value});
        take_addresses(read.values);
        take_connect_timeout(value_of(read.values, "connect_timeout"));
        take_tls(read.values);
        check_database(value_of(read.values, "dbname"));
        tell_of_the_rest(read.values);
        return std::move(result_);
    }

private:
    void give(std::string_view path, const std::vector<std::string>& texts) {
        given_value value{find_key(path), {}, url_.where, url_.origin};
        for (const auto& text : texts) value.texts.push_back({text, where() + ": " + std::string(path)});
        result_.values.push_back(std::move(value));
    }

    std::string where() const { return url_.texts.at(0).where; }
    void complain(const std::string& what) { result_.problems.push_back(where() + ": " + what); }
    void warn(const std::string& what) { result_.warnings.push_back(where() + ": " + what); }

    // One port is for all hosts. The text of a bad one is not repeated: it stands where a password with a
    // slash would be cut off.
    void take_addresses(const values& from) {
        const auto given =
            value_of(from, "hostaddr").empty() ? value_of(from, "host") : value_of(from, "hostaddr");
        if (given.empty()) return;
        const auto hosts = split(given);
        auto ports = split(value_of(from, "port"));
        if (ports.size() == 1) ports.resize(hosts.size(), ports.front());
        if (ports.size() != hosts.size()) return complain("has as many ports as hosts, or one");
        std::vector<std::string> addresses;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto port =
                ports[i].empty() ? std::optional(default_port) : parse_number(ports[i], 1, 65535);
            if (!port) return complain("has a port that is no number from 1 to 65535");
            addresses.push_back(to_string(address_of(hosts[i], static_cast<std::uint16_t>(*port))));
        }
        give("upstream.address", addresses);
    }

    static address address_of(const std::string& host, std::uint16_t port) {
        if (!host.starts_with('/')) return address::tcp(host, port);
        return address::unix_socket(host + "/.s.PGSQL." + std::to_string(port));
    }

    // libpq: none, zero and less are no limit.
    void take_connect_timeout(const std::string& seconds) {
        if (seconds.empty()) return;
        give("upstream.connect_timeout", {seconds == "0" || seconds.starts_with('-') ? "24h" : seconds});
    }

    void take_tls(const values& from) {
        const auto version = value_of(from, "ssl_min_protocol_version");
        if (!version.empty())
            give("upstream_tls.minimum_version", {version.starts_with("TLSv") ? version.substr(4) : version});
        const auto name = value_of(from, "host");  // for the certificate alone where there is a hostaddr
        if (!value_of(from, "hostaddr").empty() && !name.empty() && split(name).size() == 1)
            give("upstream_tls.server_name", {name});
        if (value_of(from, "sslrootcert") == "system" && value_of(from, "sslmode").empty())
            give("upstream_tls.mode", {"verify-full"});  // as libpq 16
    }

    // postgresql://app:12/secret@host has a database named secret@host.
    void check_database(const std::string& name) {
        const std::string& text = url_.texts.at(0).text;
        if (name.find('@') != name.npos && text.find("%40") == text.npos && text.find("://") != text.npos)
            complain("has a database with an @ in its name; is a / of the password not written %2F?");
    }

    void tell_of_the_rest(const values& from) {
        for (const auto& [keyword, value] : from) {
            if (is_taken_over(keyword)) continue;
            const auto strict = std::ranges::find(not_supported, keyword, &unsupported::keyword);
            if (strict == not_supported.end())
                warn(keyword + " has no meaning for a proxy and is ignored");
            else if (std::ranges::find(strict->harmless, value) == strict->harmless.end())
                complain(keyword + " is not supported with this value");
        }
    }

    static bool is_taken_over(const std::string& keyword) {
        return std::ranges::find(same_value, keyword, &translation::keyword) != same_value.end() ||
               std::ranges::find(other_value, keyword) != other_value.end();
    }

    const given_value& url_;
    given_values result_;
};

}  // namespace

given_values expand_upstream_url(const given_value& url) { return expansion(url).run(); }

}  // namespace pgsidecar::config
