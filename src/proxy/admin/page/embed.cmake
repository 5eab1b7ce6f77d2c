# Puts page.css and page.js into page.html and writes that as C++.
file(READ ${PAGE}/page.html html)
file(READ ${PAGE}/page.css style)
file(READ ${PAGE}/page.js script)
string(REPLACE "@STYLE@" "${style}" html "${html}")
string(REPLACE "@SCRIPT@" "${script}" html "${html}")
file(WRITE ${OUTPUT} "#include \"proxy/admin/status_page.hpp\"

namespace pgsidecar::admin {

const std::string_view status_page = R\"page(${html})page\";

}  // namespace pgsidecar::admin
")
