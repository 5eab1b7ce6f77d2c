#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

/// Feeds a fuzz target without libFuzzer.
///
///     TARGET [--random COUNT FIRST_SEED] [FILE | FOLDER]...
///
/// A folder that is not there holds no files.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t max_random_size = 100;
volatile std::sig_atomic_t seed_under_way = -1;

extern "C" void name_seed(int) {
    if (seed_under_way >= 0) std::fprintf(stderr, "seed %d\n", static_cast<int>(seed_under_way));
}

void feed(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

int replay(const std::filesystem::path& path) {
    if (std::filesystem::is_directory(path)) {
        int files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path)) files += replay(entry.path());
        return files;
    }
    if (!std::filesystem::exists(path)) return 0;
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::fprintf(stderr, "%s: %zu bytes\n", path.c_str(), bytes.size());
    feed(bytes);
    return 1;
}

int feed_random(int count, int first_seed) {
    for (int seed = first_seed; seed < first_seed + count; ++seed) {
        seed_under_way = seed;
        std::mt19937 random(static_cast<std::uint32_t>(seed));
        std::string bytes(random() % max_random_size, '\0');
        for (char& b : bytes) b = static_cast<char>(random() & 0xff);
        feed(bytes);
    }
    seed_under_way = -1;
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGABRT, name_seed);
    int inputs = 0;
    for (int i = 1; i < argc; ++i) {
        if (std::string(argv[i]) == "--random" && i + 2 < argc) {
            inputs += feed_random(std::atoi(argv[i + 1]), std::atoi(argv[i + 2]));
            i += 2;
        } else {
            inputs += replay(argv[i]);
        }
    }
    std::fprintf(stderr, "%d inputs\n", inputs);
    return inputs > 0 ? 0 : 2;
}
