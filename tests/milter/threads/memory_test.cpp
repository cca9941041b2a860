// The memory of threads across restarts, faults of the disk and other hands.
#include "milter/threads/memory.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fcntl.h>
#include <future>
#include <new>
#include <sys/resource.h>
#include <sys/stat.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::chrono::system_clock::time_point morning = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h;

class ThreadMemory : public testing::Test {
protected:
    std::unique_ptr<thread_memory> open() {
        said.clear();
        return std::make_unique<thread_memory>(
            directory, [this](std::string_view line) { said.emplace_back(line); }, [] { return morning; });
    }

    // Why the disk does not have it, or nothing.
    static std::string remember(thread_memory& memory, const std::string& id, const std::string& name = "confidential") {
        std::promise<std::string> answered;
        memory.remember({id}, name, [&](std::string error) { answered.set_value(std::move(error)); });
        return answered.get_future().get();
    }

    // Why it could not be read, or nothing.
    static std::string read_again(thread_memory& memory) {
        std::promise<std::string> answered;
        memory.read_again([&](std::string error) { answered.set_value(std::move(error)); });
        return answered.get_future().get();
    }

    static std::vector<std::string> find(const thread_memory& memory, const std::vector<std::string>& ids) {
        return memory.find(ids).value_or(std::vector<std::string>{"not to be told"});
    }

    fs::path file() const { return thread_memory_file(directory); }
    fs::path key() const { return thread_key_file(directory); }
    std::size_t known_on_disk() const {
        const auto read = read_threads(directory);
        EXPECT_EQ(read.problem, "");
        return read.known ? read.known->size() : 0;
    }
    std::string content() const { return keys::read_file(file()); }
    static unsigned mode_of(const fs::path& path) {
        struct stat status = {};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path() / "threads";
    std::vector<std::string> said;
};

TEST_F(ThreadMemory, IsKeptAcrossRestarts) {
    {
        const auto memory = open();
        EXPECT_THAT(find(*memory, {"1@a"}), IsEmpty());
        EXPECT_EQ(remember(*memory, "1@a"), "");
        EXPECT_EQ(remember(*memory, "2@a", "internal"), "");
        memory->join({"3@b"}, "confidential");
        EXPECT_THAT(find(*memory, {"3@b"}), ElementsAre("confidential")) << "at once";
    }
    const auto memory = open();
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(find(*memory, {"1@a", "2@a"}), ElementsAre("confidential", "internal"));
    EXPECT_THAT(find(*memory, {"3@b"}), ElementsAre("confidential"));
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(mode_of(file()), 0600U);
    EXPECT_EQ(mode_of(key()), 0600U);
}

TEST_F(ThreadMemory, WhatIsAnsweredIsInTheFile) {
    const auto memory = open();
    EXPECT_EQ(remember(*memory, "1@a"), "");
    EXPECT_EQ(remember(*memory, "2@a"), "");
    EXPECT_EQ(known_on_disk(), 2U);
}

TEST_F(ThreadMemory, AnEndCutShortIsNoMatter) {
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("0123456789abcdef0123456789abcdef ou");
    {
        const auto memory = open();
        EXPECT_THAT(said, IsEmpty());
        EXPECT_EQ(remember(*memory, "2@a"), "");
    }
    EXPECT_THAT(find(*open(), {"1@a", "2@a"}), ElementsAre("confidential"));
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(content(), testing::Not(HasSubstr(" ou\n")));
}

TEST_F(ThreadMemory, WhatCannotBeReadIsMovedAsideAndTheRestIsKept) {
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("garbage\n");
    const auto before = content();
    EXPECT_THAT(find(*open(), {"1@a"}), ElementsAre("confidential"));
    EXPECT_THAT(said, ElementsAre(HasSubstr("1 of its lines cannot be read")));
    EXPECT_EQ(keys::read_file(file().string() + ".broken"), before);
    EXPECT_THAT(find(*open(), {"1@a"}), ElementsAre("confidential")) << "written anew";
    EXPECT_THAT(said, IsEmpty());
}

TEST_F(ThreadMemory, AFileOfAnotherKeyOrOfNobodyIsMovedAside) {
    remember(*open(), "1@a");
    keys::replace_file(key(), std::string(64, 'a') + "\n");
    EXPECT_THAT(find(*open(), {"1@a"}), IsEmpty());
    EXPECT_THAT(said, ElementsAre(HasSubstr("none that this gateway has written with its key")));
    EXPECT_TRUE(fs::exists(file().string() + ".broken"));
    keys::replace_file(file(), "[client]\nuser = root\n");
    EXPECT_EQ(remember(*open(), "2@a"), "");
    EXPECT_TRUE(fs::exists(file().string() + ".broken-1")) << "the first one stays";
    EXPECT_THAT(find(*open(), {"2@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, AKeyThatIsNoneIsMovedAsideWithWhatItWrote) {
    remember(*open(), "1@a");
    keys::replace_file(key(), "password\n");
    {
        const auto memory = open();
        EXPECT_EQ(said.size(), 2U);
        EXPECT_EQ(remember(*memory, "2@a"), "");
    }
    EXPECT_TRUE(fs::exists(key().string() + ".broken"));
    EXPECT_THAT(find(*open(), {"2@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, WhatCannotBeWrittenIsSaidOnceKnownNeverthelessAndWrittenLater) {
    const auto memory = open();
    EXPECT_EQ(remember(*memory, "0@a"), "");
    fs::remove(file());
    fs::create_directory(file()); // nothing can be renamed over it
    keys::replace_file(file() / "x", "");
    EXPECT_NE(remember(*memory, "1@a"), "");
    EXPECT_NE(remember(*memory, "2@a"), "");
    EXPECT_THAT(said, ElementsAre(HasSubstr("is not as the gateway left it"), HasSubstr("deferred until it works")));
    EXPECT_THAT(find(*memory, {"1@a"}), ElementsAre("confidential"));
    fs::remove_all(file());
    EXPECT_EQ(remember(*memory, "3@a"), "");
    EXPECT_THAT(said.back(), HasSubstr("works again"));
    EXPECT_EQ(known_on_disk(), 4U);
}

TEST_F(ThreadMemory, WhatCannotBeReadStaysAndIsReadLater) {
    for (const auto& path : {file(), key()}) {
        remember(*open(), "1@a");
        const auto kept = path.string() + ".kept";
        fs::rename(path, kept);
        fs::create_symlink("/proc/self/mem", path); // reading it is an error for everybody
        {
            const auto memory = open();
            EXPECT_THAT(said, ElementsAre(HasSubstr("until it can be read, sensitive mail is deferred, and replies")));
            EXPECT_FALSE(memory->is_read());
            EXPECT_EQ(memory->find({"1@a"}), std::nullopt);
            EXPECT_EQ(memory->find({}), std::vector<std::string>{}) << "a mail that answers none";
            EXPECT_NE(remember(*memory, "2@a"), "");
            memory->join({"3@b"}, "confidential");
            EXPECT_NE(read_again(*memory), "");
            EXPECT_EQ(said.size(), 1U);
            EXPECT_TRUE(fs::is_symlink(path)) << "nobody has touched it";
            fs::rename(kept, path);
            EXPECT_EQ(read_again(*memory), "");
            EXPECT_THAT(said.back(), HasSubstr("works again"));
            EXPECT_THAT(find(*memory, {"1@a"}), ElementsAre("confidential"));
            EXPECT_EQ(remember(*memory, "4@a"), "");
        }
        EXPECT_THAT(find(*open(), {"1@a", "4@a"}), ElementsAre("confidential"));
        EXPECT_THAT(said, IsEmpty());
    }
    EXPECT_FALSE(fs::exists(file().string() + ".broken"));
}

TEST_F(ThreadMemory, AFileBehindALinkThatLeadsNowhereJustNowIsNotTakenForNone) {
    remember(*open(), "1@a");
    fs::rename(file(), scratch.path() / "elsewhere");
    fs::create_symlink(scratch.path() / "not mounted", file());
    const auto memory = open();
    EXPECT_NE(remember(*memory, "2@a"), "");
    fs::rename(scratch.path() / "elsewhere", scratch.path() / "not mounted");
    EXPECT_EQ(read_again(*memory), "");
    EXPECT_THAT(find(*memory, {"1@a"}), ElementsAre("confidential"));
}

// A full disk, as far as write(2) is concerned.
TEST_F(ThreadMemory, WhatFollowsALineThatIsThereInPartIsReadBack) {
    {
        const auto memory = open();
        EXPECT_EQ(remember(*memory, "1@a"), "");
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit tight{.rlim_cur = content().size() + 20, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
        EXPECT_NE(remember(*memory, "2@a"), "");
        ::setrlimit(RLIMIT_FSIZE, &before);
        EXPECT_EQ(remember(*memory, "3@a", "internal"), "");
    }
    const auto memory = open();
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(find(*memory, {"1@a", "2@a", "3@a"}), ElementsAre("confidential", "internal"));
    EXPECT_THAT(find(*memory, {"3@a"}), ElementsAre("internal"));
}

TEST_F(ThreadMemory, ADirectoryThatCannotBeMadeEndsNothing) {
    keys::replace_file(directory, "a file");
    const auto memory = open();
    EXPECT_EQ(said.size(), 1U);
    EXPECT_THAT(read_threads(directory).problem, HasSubstr("is no directory"));
    EXPECT_NE(remember(*memory, "1@a"), "");
    keys::remove_file(directory);
    EXPECT_EQ(read_again(*memory), "");
    EXPECT_EQ(remember(*memory, "2@a"), "");
    EXPECT_THAT(find(*open(), {"2@a"}), ElementsAre("confidential"));
}

TEST_F(ThreadMemory, AnotherHandOnTheFilesCostsNothing) {
    const auto memory = open();
    EXPECT_EQ(remember(*memory, "1@a"), "");
    const auto older = content();
    int number = 1;
    const auto survives = [&](const char* what) {
        EXPECT_EQ(remember(*memory, std::to_string(++number) + "@a"), "") << what;
        EXPECT_THAT(said, ElementsAre(HasSubstr("is not as the gateway left it, and is written anew"))) << what;
        said.clear();
        EXPECT_EQ(remember(*memory, std::to_string(++number) + "@a"), "") << what;
        EXPECT_EQ(known_on_disk(), static_cast<std::size_t>(number)) << what;
        EXPECT_THAT(said, IsEmpty()) << what;
    };
    fs::resize_file(file(), 0);
    survives("emptied");
    fs::resize_file(file(), older.size());
    survives("cut");
    keys::replace_file(file(), older);
    survives("an older one put back");
    keys::replace_file(file(), content());
    survives("a copy");
    fs::remove_all(directory);
    survives("all is gone, the key too");
    EXPECT_THAT(find(*open(), {"1@a"}), ElementsAre("confidential"));
    keys::replace_file(key(), std::string(64, 'c') + "\n");
    fs::remove(file());
    EXPECT_EQ(remember(*memory, "100@a"), "");
    EXPECT_THAT(find(*open(), {"1@a", "100@a"}), ElementsAre("confidential")) << "the key in use is put back";
}

TEST_F(ThreadMemory, WhereMemoryIsRefusedTheGatewayGoesOn) {
    thread_memory memory(
        directory, [](std::string_view) { throw std::bad_alloc(); }, [] { return morning; });
    EXPECT_EQ(remember(memory, "1@a"), "");
    fs::remove(file());
    EXPECT_NE(remember(memory, "2@a"), "") << "what is to be said cannot be";
    EXPECT_EQ(remember(memory, "3@a"), "");
    EXPECT_EQ(known_on_disk(), 3U);
}

TEST_F(ThreadMemory, ALongLifeDoesNotMakeTheFileLong) {
    const auto memory = open();
    for (int i = 0; i < 40'000; ++i) memory->remember({"1@a"}, "confidential", {});
    EXPECT_EQ(remember(*memory, "1@a"), "");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(remember(*memory, "1@a"), "");
    EXPECT_LT(content().size(), std::size_t{3} << 20);
}

TEST_F(ThreadMemory, ReadersLeaveItAlone) {
    const auto nothing = read_threads(directory);
    EXPECT_EQ(nothing.problem, "");
    EXPECT_THAT(nothing.known->find({"1@a"}), IsEmpty());
    EXPECT_FALSE(fs::exists(directory));
    remember(*open(), "1@a");
    keys::open_file(file(), O_WRONLY | O_APPEND).write_all("garbage\n");
    const auto before = content();
    const auto some = read_threads(directory);
    EXPECT_THAT(some.problem, HasSubstr("1 of its lines cannot be read"));
    EXPECT_THAT(some.known->find({"1@a"}), ElementsAre("confidential"));
    EXPECT_EQ(content(), before);
    keys::replace_file(key(), std::string(64, 'b') + "\n");
    EXPECT_THAT(read_threads(directory).problem, HasSubstr("none that the gateway has written"));
    keys::replace_file(key(), "password\n");
    EXPECT_THAT(read_threads(directory).problem, HasSubstr("no key of 64 hex digits"));
    keys::remove_file(key());
    EXPECT_THAT(read_threads(directory).problem, HasSubstr("none that the gateway has written"));
    fs::create_symlink("/proc/self/mem", key());
    const auto unread = read_threads(directory);
    EXPECT_THAT(unread.problem, HasSubstr("cannot read"));
    EXPECT_FALSE(unread.known);
}

} // namespace
} // namespace sealgate::milter
