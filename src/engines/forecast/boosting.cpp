// Trees by XGBoost's C interface.
#include "engines/forecast/boosting.h"

#include <dlfcn.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <stdexcept>

namespace fairlead::forecast {
namespace {

// The functions that are used, out of the library that has them.
struct Library {
    decltype(&XGBGetLastError) error = nullptr;
    decltype(&XGDMatrixCreateFromMat) create_matrix = nullptr;
    decltype(&XGDMatrixFree) free_matrix = nullptr;
    decltype(&XGBoosterCreate) create = nullptr;
    decltype(&XGBoosterFree) free = nullptr;
    decltype(&XGBoosterSetParam) set = nullptr;
    decltype(&XGBoosterBoostOneIter) grow = nullptr;
    decltype(&XGBoosterPredict) predict = nullptr;
    decltype(&XGBoosterSaveModelToBuffer) save = nullptr;
    std::string missing;  // what the loader says where it is not there
};

const Library& library() {
    static const Library loaded = [] {
        Library one;
        void* handle = dlopen("libxgboost.so.0", RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) handle = dlopen("libxgboost.so", RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            const char* why = dlerror();
            one.missing = why != nullptr ? why : "it cannot be loaded";
            return one;
        }
        const auto find = [&](auto& function, const char* name) {
            void* found = dlsym(handle, name);
            if (found == nullptr) one.missing = std::string("it has no ") + name;
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
        };
        find(one.error, "XGBGetLastError");
        find(one.create_matrix, "XGDMatrixCreateFromMat");
        find(one.free_matrix, "XGDMatrixFree");
        find(one.create, "XGBoosterCreate");
        find(one.free, "XGBoosterFree");
        find(one.set, "XGBoosterSetParam");
        find(one.grow, "XGBoosterBoostOneIter");
        find(one.predict, "XGBoosterPredict");
        find(one.save, "XGBoosterSaveModelToBuffer");
        return one;
    }();
    return loaded;
}

void check(int answer) {
    if (answer != 0) throw std::runtime_error(std::string("XGBoost: ") + library().error());
}

std::vector<double> numbers(const boost::json::value& array) {
    std::vector<double> out;
    for (const auto& one : array.as_array()) out.push_back(one.to_number<double>());
    return out;
}

class XgBooster final : public Booster {
  public:
    XgBooster(std::span<const float> rows, std::size_t columns, std::size_t outputs, const BoostSettings& settings) : rows_(rows.size() / columns), columns_(columns), outputs_(outputs) {
        check(library().create_matrix(rows.data(), rows_, columns_, std::nanf(""), &matrix_));
        if (const int answer = library().create(&matrix_, 1, &booster_); answer != 0) {
            library().free_matrix(matrix_);
            check(answer);
        }
        const auto set = [&](const char* name, const std::string& value) { check(library().set(booster_, name, value.c_str())); };
        set("booster", "gbtree");
        set("objective", "multi:softprob");  // never used: it says how many trees a round has
        set("num_class", std::to_string(outputs));
        set("base_score", "0");
        set("tree_method", "hist");
        set("max_bin", "64");
        set("nthread", "1");  // sums in one order
        set("seed", "1");
        set("verbosity", "0");
        set("max_depth", std::to_string(settings.depth));
        set("eta", std::to_string(settings.eta));
        set("lambda", std::to_string(settings.lambda));
        set("min_child_weight", std::to_string(settings.least_weight));
    }
    ~XgBooster() override {
        library().free(booster_);
        library().free_matrix(matrix_);
    }
    XgBooster(const XgBooster&) = delete;
    XgBooster& operator=(const XgBooster&) = delete;

    void grow(std::span<float> gradient, std::span<float> second) override {
        ensure(gradient.size() == rows_ * outputs_ && second.size() == gradient.size(), "every row has its derivatives");
        check(library().grow(booster_, matrix_, gradient.data(), second.data(), gradient.size()));
    }

    std::span<const float> margins() override {
        bst_ulong size = 0;
        const float* said = nullptr;
        check(library().predict(booster_, matrix_, 1, 0, 0, &size, &said));
        ensure(size == rows_ * outputs_, "XGBoost answers every row");
        return {said, size};
    }

    Forest forest() const override {
        bst_ulong size = 0;
        const char* bytes = nullptr;
        check(library().save(booster_, R"({"format":"json"})", &size, &bytes));
        const auto model = boost::json::parse(std::string_view(bytes, size));
        Forest out;
        out.outputs = outputs_;
        for (const auto& tree : model.at("learner").at("gradient_booster").at("model").at("trees").as_array()) {
            const auto left = numbers(tree.at("left_children")), right = numbers(tree.at("right_children")), feature = numbers(tree.at("split_indices")), value = numbers(tree.at("split_conditions"));
            GrownTree grown(left.size());
            for (std::size_t i = 0; i < left.size(); ++i) {
                grown[i].value = static_cast<float>(value[i]);
                if (left[i] < 0) continue;
                grown[i].feature = static_cast<std::int32_t>(feature[i]);
                grown[i].left = static_cast<std::int32_t>(left[i]);
                grown[i].right = static_cast<std::int32_t>(right[i]);
            }
            out.trees.push_back(std::move(grown));
        }
        ensure(out.sound(columns_), "XGBoost's trees are understood");
        return out;
    }

  private:
    std::size_t rows_, columns_, outputs_;
    DMatrixHandle matrix_ = nullptr;
    BoosterHandle booster_ = nullptr;
};

}  // namespace

void Forest::add_round(std::span<const float> row, std::span<double> margins, std::size_t round) const {
    for (std::size_t k = 0; k < outputs; ++k) {
        const GrownTree& tree = trees[round * outputs + k];
        const TreeNode* node = tree.data();
        while (node->feature >= 0) node = &tree[static_cast<std::size_t>(row[static_cast<std::size_t>(node->feature)] < node->value ? node->left : node->right)];
        margins[k] += static_cast<double>(node->value);
    }
}

void Forest::add(std::span<const float> row, std::span<double> margins, std::size_t count) const {
    for (std::size_t round = 0; round < std::min(rounds(), count); ++round) add_round(row, margins, round);
}

bool Forest::sound(std::size_t features) const {
    if (outputs == 0 || trees.size() % outputs != 0) return false;
    for (const GrownTree& tree : trees) {
        const auto size = static_cast<std::int32_t>(tree.size());
        if (size == 0) return false;
        for (std::int32_t i = 0; i < size; ++i) {
            const TreeNode& node = tree[static_cast<std::size_t>(i)];
            if (!std::isfinite(node.value)) return false;
            if (node.feature < 0) continue;
            if (static_cast<std::size_t>(node.feature) >= features || node.left <= i || node.left >= size || node.right <= i || node.right >= size) return false;
        }
    }
    return true;
}

Result<std::unique_ptr<Booster>> Booster::create(std::span<const float> rows, std::size_t columns, std::size_t outputs, const BoostSettings& settings) {
    if (!library().missing.empty())
        return refuse(Why::unavailable, "no_xgboost", "Training needs XGBoost's library, which is not installed (Debian: apt-get install libxgboost0): " + library().missing, {}, {{"reason", library().missing}});
    ensure(columns > 0 && rows.size() % columns == 0 && !rows.empty(), "a table has rows of equal length");
    return std::unique_ptr<Booster>(std::make_unique<XgBooster>(rows, columns, outputs, settings));
}

}  // namespace fairlead::forecast
