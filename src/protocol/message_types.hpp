#pragma once

namespace pgsidecar {

/// First byte of a message from the client (manual: "Message Formats", F). Startup packets have none.
enum class frontend : char {
    bind = 'B',
    close = 'C',
    copy_data = 'd',
    copy_done = 'c',
    copy_fail = 'f',
    describe = 'D',
    execute = 'E',
    flush = 'H',
    function_call = 'F',
    parse = 'P',
    password = 'p',
    query = 'Q',
    sync = 'S',
    terminate = 'X',
};

/// First byte of a message from the server (manual: "Message Formats", B).
enum class backend : char {
    authentication = 'R',
    backend_key_data = 'K',
    bind_complete = '2',
    close_complete = '3',
    command_complete = 'C',
    copy_both_response = 'W',
    copy_data = 'd',
    copy_done = 'c',
    copy_in_response = 'G',
    copy_out_response = 'H',
    data_row = 'D',
    empty_query_response = 'I',
    error_response = 'E',
    function_call_response = 'V',
    negotiate_protocol_version = 'v',
    no_data = 'n',
    notice_response = 'N',
    notification_response = 'A',
    parameter_description = 't',
    parameter_status = 'S',
    parse_complete = '1',
    portal_suspended = 's',
    ready_for_query = 'Z',
    row_description = 'T',
};

/// Transaction status of a ReadyForQuery.
enum class transaction_status : char { idle = 'I', in_block = 'T', failed = 'E' };

/// What the first byte of a Describe or Close names.
enum class target_kind : char { statement = 'S', portal = 'P' };

}  // namespace pgsidecar
