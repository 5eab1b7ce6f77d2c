#include "proxy/config/yaml_file.hpp"

#include "proxy/config/quote.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

namespace pgsidecar::config {
namespace {

constexpr std::size_t max_file_size = 1 << 20;  // far above any real file; a wrong path may name anything

// Walks a document by the table of keys.
class yaml_reader {
public:
    explicit yaml_reader(const std::string& name) : name_(name) {}

    void read_document(const YAML::Node& root) {
        if (root.IsDefined() && !root.IsNull()) read_section(root, "", name_ + ":" + line_of(root));
    }

    given_values take() { return std::move(result_); }

private:
    static std::string line_of(const YAML::Node& node) { return std::to_string(node.Mark().line + 1); }

    std::string where(const YAML::Node& node, const std::string& path) const {
        return name_ + ":" + line_of(node) + ": " + path;
    }

    void complain(const std::string& where, const std::string& what) {
        result_.problems.push_back(where + ": " + what);
    }

    void read_section(const YAML::Node& node, const std::string& section, const std::string& where_is_it) {
        if (!node.IsMap()) return complain(where_is_it, "not a mapping (" + keys_of(section) + ")");
        std::set<std::string> seen;
        for (const auto& entry : node) {
            if (!entry.first.IsScalar()) {
                complain(name_ + ":" + line_of(entry.first),
                         "a key must be a name (" + keys_of(section) + ")");
                continue;
            }
            const auto& name = entry.first.Scalar();
            if (!seen.insert(name).second)
                complain(where(entry.first, path_of(section, quote_name(name))),
                         "stands here for the second time");
            else
                read_entry(section, name, entry.first, entry.second);
        }
    }

    void read_entry(const std::string& section, const std::string& name, const YAML::Node& at,
                    const YAML::Node& node) {
        const auto here = where(at, path_of(section, quote_name(name)));
        const auto entry = std::ranges::find_if(
            keys(), [&](const key& k) { return k.section() == section && k.name() == name; });
        if (entry != keys().end()) return read_value(*entry, here, name_ + ":" + line_of(at), node);
        const bool is_section =
            section.empty() && std::ranges::find(keys(), name, &key::section) != keys().end();
        if (!is_section) return complain(here, "unknown key (" + keys_of(section) + ")");
        if (!node.IsNull()) read_section(node, name, here);
    }

    void read_value(const key& target, const std::string& here, const std::string& origin,
                    const YAML::Node& node) {
        given_value value{&target, {}, here, origin};
        if (node.IsScalar()) {
            value.texts.push_back({node.Scalar(), here});
        } else if (node.IsSequence() && target.is_list) {
            for (const auto& item : node) {
                if (!item.IsScalar())
                    return complain(where(item, target.path), "not a single value (" + target.accepts + ")");
                value.texts.push_back({item.Scalar(), where(item, target.path)});
            }
        } else {
            const auto what = node.IsNull() ? "has no value" : node.IsMap() ? "is a mapping" : "is a list";
            return complain(here, std::string(what) + " (accepted: " + target.accepts + ")");
        }
        result_.values.push_back(std::move(value));
    }

    static std::string path_of(const std::string& section, const std::string& name) {
        return section.empty() ? name : section + "." + name;
    }

    static std::string quote_name(const std::string& name) {
        const bool simple =
            !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
        return simple && name.size() <= 40 ? name : quote(name);
    }

    static std::string keys_of(const std::string& section) {
        std::string names;
        std::string last;
        for (const auto& entry : keys()) {
            const std::string name(section.empty() && !entry.section().empty() ? entry.section()
                                                                               : entry.name());
            if ((!section.empty() && entry.section() != section) || name == last) continue;
            names += (names.empty() ? "accepted here: " : ", ") + name;
            last = name;
        }
        return names;
    }

    const std::string& name_;
    given_values result_;
};

std::string read_file(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(max_file_size + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (!file.eof() && file.gcount() == 0))
        throw std::runtime_error(std::string("cannot be read: ") +
                                 (errno ? std::strerror(errno) : "unknown reason"));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_file_size) throw std::runtime_error("is larger than 1 MiB");
    return text;
}

// Hears where documents start, and nothing else.
class document_listener : public YAML::EventHandler {
public:
    int last_start() const { return last_start_; }

    void OnDocumentStart(const YAML::Mark& at) override { last_start_ = at.line; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

private:
    int last_start_ = 0;
};

// The line on which something follows the first document. YAML::LoadAll is no help: it never returns from ",
// a".
std::optional<int> second_document(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    document_listener listener;
    const bool follows = parser.HandleNextDocument(listener) && parser.HandleNextDocument(listener);
    return follows ? std::optional(listener.last_start() + 1) : std::nullopt;
}

given_values refused(const std::string& where, const std::string& what) {
    return {{}, {where + ": " + what}, {}};
}

}  // namespace

given_values read_yaml(const std::string& text, const std::string& name) try {
    if (const auto line = second_document(text))
        return refused(name + ":" + std::to_string(*line), "a second document, or not YAML");
    yaml_reader reader(name);
    reader.read_document(YAML::Load(text));
    return reader.take();
} catch (const YAML::Exception& error) {
    return refused(name + ":" + std::to_string(error.mark.line + 1), "not YAML: " + error.msg);
}

given_values read_yaml_file(const std::string& path) try {
    return read_yaml(read_file(path), path);
} catch (const std::exception& error) { return refused(path, error.what()); }

}  // namespace pgsidecar::config
