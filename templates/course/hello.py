"""A first look: train a classifier on a data set that comes with scikit-learn."""
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

features, labels = load_wine(return_X_y=True)
scores = cross_val_score(RandomForestClassifier(random_state=0), features, labels)
print(f"{len(labels)} wines, {scores.mean():.1%} classified right (five-fold cross-validation)")
