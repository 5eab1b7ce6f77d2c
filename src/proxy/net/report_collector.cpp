#include "proxy/net/report_collector.hpp"

#include <utility>

namespace pgsidecar::net {
namespace {

constexpr std::chrono::seconds patience{1};

}  // namespace

struct report_collector::round {
    round(const executor& where, std::size_t workers)
        : deadline(where, patience), answers(workers), answered(workers), missing(workers) {}

    void put(std::size_t from, report&& answer) {
        answers[from] = std::move(answer);
        answered[from] = true;
        if (--missing == 0) deadline.cancel();
    }

    timer deadline;
    std::vector<report> answers;
    std::vector<bool> answered;
    std::size_t missing;
};

awaitable<report> report_collector::collect(const std::vector<std::unique_ptr<worker>>& workers,
                                            report_parts parts) {
    const auto asked = std::make_shared<round>(where_, workers.size());
    for (std::size_t i = 0; i < workers.size(); ++i)
        workers[i]->ask(parts, [asked, i, where = where_](report answer) {
            asio::post(where, [asked, i, answer = std::move(answer)]() mutable {
                asked->put(i, std::move(answer));
            });
        });
    error_code ignored;
    co_await asked->deadline.async_wait(into(ignored));

    last_.resize(asked->answers.size());
    report sum;
    for (std::size_t i = 0; i < last_.size(); ++i) {
        report& answer = asked->answers[i];
        if (asked->answered[i]) last_[i] = answer.counts;
        answer.counts = last_[i];
        if (!asked->answered[i] && !workers[i]->has_ended()) sum.silent.push_back(i + 1);
        sum += std::move(answer);
    }
    co_return sum;
}

}  // namespace pgsidecar::net
