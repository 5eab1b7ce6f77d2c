#include <utility>

#include "model/server.hpp"

/// COPY operations.
namespace pgsidecar::model {

/// The client has to see the CopyInResponse before it sends data.
void server::begin_copy_in() {
    say(test::be::copy_in_response());
    flush();
    copy_ = copy::simple;
    copied_rows_ = 0;
}

void server::copy_out() {
    say(test::be::copy_out_response());
    say(test::be::copy_data("1\n"));
    say(test::be::copy_done());
    say(test::be::command_complete("COPY 1"));
}

/// During copy-in Sync and Flush are eaten; anything that is not of the copy ends the connection.
void server::copy_message(const frame& f) {
    const bool extended = copy_ == copy::extended;
    try {
        switch (static_cast<frontend>(f.type)) {
            case frontend::sync:
            case frontend::flush: return;
            case frontend::copy_data:
                if (f.body() != "bad\n") {
                    ++copied_rows_;
                    return;
                }
                copy_failed_ = copy_unended_ = true;
                throw failure{"22P02", "invalid input syntax", "NextCopyFrom"};
            case frontend::copy_fail:
                copy_failed_ = true;
                throw failure{"57014", "COPY from stdin failed", "NextCopyFrom"};
            case frontend::copy_done: break;
            default:
                throw failure{"08P01", "unexpected message type during COPY from stdin", "CopyGetData",
                              "copyfromparse.c", true};
        }
        copy_ = copy::none;
        say(test::be::command_complete("COPY " + std::to_string(copied_rows_)));
        if (!extended) run_script();
    } catch (const failure& e) { fail(e, extended); }
}

}  // namespace pgsidecar::model
