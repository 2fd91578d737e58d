"""Unit 1: tell malignant from benign tumours, and look at what the model gets wrong.

Reads    the breast cancer data that ships with scikit-learn (569 samples, 30 features)
Writes   results/metrics.json   accuracy, ROC AUC and the confusion matrix on held-out data
         results/report.png     confusion matrix, ROC curve, and the features the model relies on
"""
import json
import pathlib

import matplotlib

matplotlib.use("Agg")  # no display in a container
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import sklearn
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import RocCurveDisplay, accuracy_score, confusion_matrix, roc_auc_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

RESULTS = pathlib.Path(__file__).parent / "results"
SEED = 7


def load():
    data = load_breast_cancer(as_frame=True)
    return data.data, data.target.map({0: "malignant", 1: "benign"})


def train(features, target):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, random_state=SEED))
    folds = cross_val_score(model, features, target, cv=5)
    print(f"cross-validated accuracy  {folds.mean():.3f} ± {folds.std():.3f}")
    return model.fit(features, target)


def evaluate(model, features, target):
    predicted = model.predict(features)
    positive = list(model.classes_).index("malignant")
    return {
        "accuracy": round(float(accuracy_score(target, predicted)), 4),
        "roc_auc": round(float(roc_auc_score(target == "malignant", model.predict_proba(features)[:, positive])), 4),
        "confusion_matrix": confusion_matrix(target, predicted, labels=["malignant", "benign"]).tolist(),
        "samples": len(target),
        "versions": {m.__name__: m.__version__ for m in (np, pd, sklearn, matplotlib, sns)},
    }


def report(model, features, target, metrics, path):
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.5))
    labels = ["malignant", "benign"]
    sns.heatmap(metrics["confusion_matrix"], annot=True, fmt="d", cmap="Blues", cbar=False, xticklabels=labels, yticklabels=labels, ax=left)
    left.set(title=f"Accuracy {metrics['accuracy']:.3f}", xlabel="predicted", ylabel="true")
    RocCurveDisplay.from_estimator(model, features, target, pos_label="malignant", ax=middle)
    middle.set_title("ROC curve")
    weights = pd.Series(model[-1].coef_[0], index=features.columns).sort_values(key=abs).tail(10)
    sns.barplot(x=weights.values, y=weights.index, ax=right, color="steelblue")
    right.set(title="Strongest weights", xlabel="weight (standardised)", ylabel="")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    RESULTS.mkdir(exist_ok=True)
    features, target = load()
    split = train_test_split(features, target, test_size=0.25, stratify=target, random_state=SEED)
    train_x, test_x, train_y, test_y = split
    model = train(train_x, train_y)
    metrics = evaluate(model, test_x, test_y)
    (RESULTS / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    report(model, test_x, test_y, metrics, RESULTS / "report.png")
    print(f"held-out accuracy         {metrics['accuracy']:.3f}, ROC AUC {metrics['roc_auc']:.3f}")
    print(f"wrote {RESULTS / 'metrics.json'} and {RESULTS / 'report.png'}")


if __name__ == "__main__":
    main()
