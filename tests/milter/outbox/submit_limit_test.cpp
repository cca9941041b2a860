// Postfix's limit: a mail is refused only by what it says just then.
#include "milter/outbox/submit_limit.hpp"
#include "tests/milter/outbox/scripted_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <expected>
#include <optional>
#include <vector>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class SubmitLimit : public testing::Test {
protected:
    using said = std::expected<std::optional<std::uint64_t>, std::string>;

    // What each of these sizes is told, all asked at once.
    std::vector<said> told(std::vector<std::uint64_t> sizes) {
        const auto before = answers.size();
        for (const auto size : sizes) begin(size);
        while (answers.size() < before + sizes.size()) io.run_one();
        return {answers.begin() + static_cast<std::ptrdiff_t>(before), answers.end()};
    }
    said told(std::uint64_t size) { return told(std::vector{size})[0]; }

    void begin(std::uint64_t size) {
        asio::co_spawn(io, most.exceeded_by(size), [&](const std::exception_ptr& problem, said answer) {
            EXPECT_FALSE(problem);
            answers.push_back(std::move(answer));
        });
    }

    std::size_t questions() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(server.commands, [](const auto& line) { return line.starts_with("EHLO"); }));
    }

    asio::io_context io;
    test::scripted_server server{io}, other{io};
    bool is_moved = false; // to the other
    submit_limit most{[this] { return is_moved ? other.where() : server.where(); }};
    std::vector<said> answers;
};

TEST_F(SubmitLimit, IsAskedOnceForAllThatFits) {
    EXPECT_EQ(told(1'000'000), std::nullopt);
    EXPECT_EQ(told(10), std::nullopt);
    EXPECT_EQ(questions(), 1u);
}

TEST_F(SubmitLimit, IsWhatThePortSays) {
    EXPECT_EQ(told(1'000'001), 1'000'000);
    server.extensions = {};
    EXPECT_EQ(told(1'000'001), std::nullopt);
}

TEST_F(SubmitLimit, ThatIsRememberedRefusesNothing) {
    EXPECT_EQ(told(10), std::nullopt);
    server.extensions = {"SIZE 2000000"};
    EXPECT_EQ(told(1'500'000), std::nullopt) << "the administrator has raised it";
    EXPECT_EQ(told(2'500'000), 2'000'000);
}

TEST_F(SubmitLimit, ThatNobodyConfirmsIsATroubleOfOurs) {
    EXPECT_EQ(told(10), std::nullopt);
    server.go_away();
    EXPECT_EQ(told(10), std::nullopt) << "what fitted fits";
    const auto doubtful = told(1'500'000);
    ASSERT_FALSE(doubtful);
    EXPECT_THAT(doubtful.error(), HasSubstr("no connection to"));
    EXPECT_FALSE(told(1'500'000)) << "a port that does not answer is not asked by each mail";
}

TEST_F(SubmitLimit, HoldsUntilAnotherPortNamesItsOwn) {
    EXPECT_EQ(told(10), std::nullopt);
    is_moved = true;
    other.go_away();
    most.ask_anew();
    EXPECT_EQ(told(900'000), std::nullopt);
    EXPECT_FALSE(told(1'500'000));
    other.extensions = {"SIZE 1200000"};
    other.come_back();
    most.ask_anew();
    EXPECT_EQ(told(1'500'000), 1'200'000);
}

TEST_F(SubmitLimit, ThatNobodyEverNamedIsAsLargeAsWhatWasTaken) {
    server.go_away();
    EXPECT_EQ(told(65'536), std::nullopt) << "every mail server takes that";
    const auto doubtful = told(65'537);
    ASSERT_FALSE(doubtful);
    EXPECT_THAT(doubtful.error(), HasSubstr("no connection to"));
    most.note_taken(300'000);
    most.note_taken(10);
    EXPECT_EQ(told(300'000), std::nullopt);
    EXPECT_FALSE(told(300'001));
    server.come_back();
    most.ask_anew();
    EXPECT_EQ(told(1'000'000), std::nullopt);
    EXPECT_EQ(told(1'000'001), 1'000'000);
}

TEST_F(SubmitLimit, ThatThereIsNoneIsKnownToo) {
    server.extensions = {};
    EXPECT_EQ(told(10), std::nullopt);
    server.go_away();
    most.ask_anew();
    EXPECT_EQ(told(1'000'000'000), std::nullopt);
}

TEST_F(SubmitLimit, IsOneQuestionForAllWhoWait) {
    EXPECT_THAT(told({10, 20, 30}), ElementsAre(said(), said(), said()));
    EXPECT_EQ(questions(), 1u);
    EXPECT_THAT(told({1'500'000, 10, 1'600'000}), SizeIs(3));
    EXPECT_EQ(questions(), 2u);
}

TEST_F(SubmitLimit, WhoWaitsForAnotherPortsAnswerAsksTheNewOne) {
    server.answer("EHLO", test::silence);
    begin(1'500'000);
    while (questions() == 0) io.run_one();
    is_moved = true;
    other.extensions = {"SIZE 1400000"};
    most.ask_anew();
    while (answers.empty()) io.run_one();
    EXPECT_EQ(answers[0], 1'400'000);
}

} // namespace
} // namespace sealgate::milter
