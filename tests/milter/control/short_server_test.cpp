// Short conversations over a real socket: one answer a connection, and whoever says nothing, too much or half of it does not
// keep others waiting.
#include "milter/control/short_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

class ShortServer : public testing::Test {
protected:
    ShortServer() {
        std::filesystem::create_directories(directory_);
        short_talk talk{.end = "\n", .longest = 16, .patience = std::chrono::seconds(1), .most_at_once = 4, .answer = {}};
        talk.answer = [](std::string question) -> asio::awaitable<std::string> { co_return "heard " + question; };
        server_.emplace(io_, unix_endpoint{path_}, 0600, std::move(talk));
        thread_ = std::thread([this] { io_.run(); });
    }
    ~ShortServer() override {
        io_.stop();
        thread_.join();
        server_.reset();
        EXPECT_FALSE(std::filesystem::exists(path_)) << "its file goes with it";
        std::filesystem::remove_all(directory_);
    }

    // All that is said until it closes.
    static std::string rest_of(local::socket& with) {
        std::string said;
        boost::system::error_code end;
        asio::read(with, asio::dynamic_buffer(said), end);
        return said;
    }

    local::socket connect(asio::io_context& io) {
        local::socket out(io);
        out.connect(local::endpoint(path_));
        return out;
    }

    std::string ask(std::string_view question) {
        asio::io_context io;
        auto with = connect(io);
        boost::system::error_code ignored;
        asio::write(with, asio::buffer(question), ignored);
        return rest_of(with);
    }

    std::string directory_ = "/tmp/sealgate-short-" + std::to_string(::getpid());
    std::string path_ = directory_ + "/socket";
    asio::io_context io_;
    std::optional<short_server> server_;
    std::thread thread_;
};

TEST_F(ShortServer, AnswersOnceAndCloses) {
    EXPECT_EQ(ask("status\n"), "heard status\n");
    EXPECT_EQ(ask("again\n"), "heard again\n");
    struct stat file {};
    ASSERT_EQ(::stat(path_.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600U);
}

TEST_F(ShortServer, TooMuchOrTooLittleIsNotAnswered) {
    EXPECT_EQ(ask(std::string(100, 'x') + "\n"), "");
    EXPECT_EQ(ask("half"), "");
}

TEST_F(ShortServer, ThoseWhoAreSilentKeepNobodyWaitingForLong) {
    asio::io_context io;
    std::vector<local::socket> silent;
    for (int i = 0; i < 4; ++i) silent.push_back(connect(io));
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_EQ(ask("status\n"), "heard status\n");
    for (auto& one : silent) EXPECT_EQ(rest_of(one), "");
}

} // namespace
} // namespace sealgate::milter
