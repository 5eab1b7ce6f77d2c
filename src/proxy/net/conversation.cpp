#include "proxy/net/conversation.hpp"

namespace pgsidecar::net {

void conversation::enter_session() {
    if (session_ || !is_ready()) return;
    session_.emplace(here_.texts, session_options_, link_, startup_->upstream().client_encoding(),
                     here_.names.of(client().user, client().database), startup_->start_up());
    session_->reports("standard_conforming_strings", startup_->upstream().standard_conforming_strings());
}

void conversation::end_startup() {
    if (!startup_) return;
    enter_session();
    client_ = here_.clients.share(startup_->identity());
    startup_.reset();
}

std::size_t conversation::on_client_bytes(byte_view in) {
    enter_session();
    return session_ ? session_->on_client_bytes(in) : startup_->on_client_bytes(in);
}

std::size_t conversation::on_server_bytes(byte_view in) {
    enter_session();
    return session_ ? session_->on_server_bytes(in) : startup_->on_server_bytes(in);
}

void conversation::on_client_eof() {
    enter_session();
    if (session_)
        session_->on_client_eof();
    else
        startup_->abandon();
}

void conversation::on_server_eof(byte_view why) {
    enter_session();
    if (session_)
        session_->on_server_eof(why);
    else
        startup_->refuse("57P03", why);
}

void conversation::shut_down() {
    enter_session();
    if (session_)
        session_->shut_down();
    else
        startup_->refuse("57P01", "terminating connection due to administrator command");
}

}  // namespace pgsidecar::net
