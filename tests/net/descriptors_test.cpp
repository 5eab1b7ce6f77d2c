#include "proxy/net/descriptors.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "proxy/net/log.hpp"

namespace pgsidecar::net {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Descriptors : public testing::Test {
protected:
    Descriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        log::set_up(log::level::info, log::format::text, [this](std::string_view lines) {
            written_.append(lines);
            return true;
        });
    }
    ~Descriptors() override {
        log::close();
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }

    void set_soft_limit(std::size_t soft) const {
        const rlimit lower{.rlim_cur = soft, .rlim_max = before_.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
    }
    const std::string& written() {
        log::flush(std::chrono::minutes(1));
        return written_;
    }

    config::settings settings;

private:
    rlimit before_{};
    std::string written_;
};

TEST_F(Descriptors, RaisesTheSoftLimitToWhatTheLimitsNeed) {
    settings.max_connections = 40;
    settings.max_half_open = 10;
    settings.max_cancel_requests = 5;
    set_soft_limit(64);
    raise_descriptor_limit(settings);
    EXPECT_EQ(descriptor_limit(), 2 * (40 + 40 + 5) + reserved_descriptors(settings));
    EXPECT_THAT(written(), IsEmpty());
}

TEST_F(Descriptors, LeavesAHigherOneAlone) {
    settings.max_connections = 1;
    settings.max_half_open = 1;
    settings.max_cancel_requests = 1;
    set_soft_limit(900);
    raise_descriptor_limit(settings);
    EXPECT_EQ(descriptor_limit(), 900U);
}

TEST_F(Descriptors, SaysHowManyClientsFitWhereTheHardLimitIsTooLow) {
    rlimit hard{};
    ::getrlimit(RLIMIT_NOFILE, &hard);
    settings.max_connections = hard.rlim_max;  // two for each are more
    raise_descriptor_limit(settings);
    EXPECT_EQ(descriptor_limit(), hard.rlim_max);
    const std::size_t fit = clients_that_fit(hard.rlim_max, reserved_descriptors(settings));
    EXPECT_THAT(written(), HasSubstr("connections_that_fit=" + std::to_string(fit)));
}

TEST_F(Descriptors, TheAdminInterfaceHasItsOwn) {
    const std::size_t without = reserved_descriptors(settings);
    settings.admin.listen = {config::address::tcp("127.0.0.1", 1)};
    EXPECT_EQ(reserved_descriptors(settings), without + admin_clients_per_address + 1);
}

TEST(ClientsThatFit, AreHalfOfWhatIsNotReserved) {
    EXPECT_EQ(clients_that_fit(1024, 100), 462U);
    EXPECT_EQ(clients_that_fit(40, 100), 15U) << "a quarter is reserved where there are few";
}

}  // namespace
}  // namespace pgsidecar::net
