// The list of all models.
#include "engines/forecast/model.h"
#include "engines/forecast/models/families.h"

namespace fairlead::forecast {

std::span<const Model> models() {
    static const std::vector<Model> all = [] {
        std::vector<Model> list;
        for (const auto family : {naive_family(), ets_family(), theta_family(), ces_family(), arima_family(),
                                  ar_family(), seasonal_ar_family(), mstl_family(), intermittent_family()})
            list.insert(list.end(), family.begin(), family.end());
        return list;
    }();
    return all;
}

const Model* find_model(std::string_view name) {
    for (const Model& model : models())
        if (model.name == name) return &model;
    return nullptr;
}

std::vector<Result<Fit>> ask_all(const Model& model, std::span<const Question> questions) {
    if (model.fit_many != nullptr) return model.fit_many(questions);
    std::vector<Result<Fit>> answers;
    answers.reserve(questions.size());
    for (const Question& question : questions) answers.push_back(model.fit(question));
    return answers;
}

}  // namespace fairlead::forecast
